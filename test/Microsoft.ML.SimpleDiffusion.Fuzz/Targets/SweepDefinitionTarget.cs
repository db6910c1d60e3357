namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Opens the folder of a sweep whose definition is damaged.</summary>
internal sealed class SweepDefinitionTarget : FuzzTarget
{
    private readonly TinySweep _sweep = new();

    public SweepDefinitionTarget() => Corpus = [File.ReadAllBytes(_sweep.Definition)];

    public override string Name => "sweep-definition";

    public override IReadOnlyList<byte[]> Corpus { get; }

    public override void Read(byte[] input)
    {
        File.WriteAllBytes(_sweep.Definition, input);
        var store = _sweep.Open();
        _ = store.OptionsDigest(0) + store.OptionsDigest(1);
    }

    public override bool IsDeclared(Exception exception)
        => exception is InvalidOperationException
            && (exception.Message.StartsWith($"The file '{_sweep.Definition}' of the sweep is damaged: ", StringComparison.Ordinal)
                || exception.Message.StartsWith($"The folder '{Path.GetDirectoryName(_sweep.Definition)}' belongs to another sweep: ", StringComparison.Ordinal));

    protected override void Dispose(bool disposing)
    {
        _sweep.Dispose();
        base.Dispose(disposing);
    }
}
