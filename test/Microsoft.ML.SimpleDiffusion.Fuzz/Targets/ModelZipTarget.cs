namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Loads a model.zip through ML.NET.</summary>
internal sealed class ModelZipTarget : FuzzTarget
{
    private readonly MLContext _context = new(1);

    public override string Name => "model-zip";

    public override IReadOnlyList<byte[]> Corpus { get; } = [TinyModel.Shared.Zip];

    public override void Read(byte[] input)
    {
        using var stream = new MemoryStream(input);
        (_context.Model.Load(stream, out _) as IDisposable)?.Dispose();
    }

    /// <summary>
    /// ML.NET wraps what a loader throws in exceptions of its own. What it throws before it has called the loader, for the zip file around the
    /// model, is its own affair.
    /// </summary>
    public override bool IsDeclared(Exception exception)
        => exception is FormatException or InvalidOperationException || !exception.ToString().Contains("SimpleDiffusion.Interop", StringComparison.Ordinal);
}
