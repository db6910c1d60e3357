using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Reads a damaged description of the data that a sweep began with.</summary>
internal sealed class SweepDataTarget : FuzzTarget
{
    private readonly TinySweep _sweep = new();
    private readonly SweepStore _store;

    public SweepDataTarget() => (_store, Corpus) = (_sweep.Open(), [File.ReadAllBytes(_sweep.Data)]);

    public override string Name => "sweep-data";

    public override IReadOnlyList<byte[]> Corpus { get; }

    public override void Read(byte[] input)
    {
        File.WriteAllBytes(_sweep.Data, input);
        _ = _store.JoinData(TinySweep.Now).FindDifference(TinySweep.Now);
    }

    public override bool IsDeclared(Exception exception)
        => exception is InvalidOperationException && exception.Message.StartsWith($"The file '{_sweep.Data}' of the sweep is damaged: ", StringComparison.Ordinal);

    protected override void Dispose(bool disposing)
    {
        _sweep.Dispose();
        base.Dispose(disposing);
    }
}
