using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.Text;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Loads a model.zip through ML.NET.</summary>
/// <param name="name">Name of the target.</param>
/// <param name="zip">A valid model.</param>
internal sealed class ModelZipTarget(string name, byte[] zip) : FuzzTarget
{
    private readonly MLContext _context = Registered();

    public override string Name => name;

    public override IReadOnlyList<byte[]> Corpus { get; } = [zip];

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

    /// <summary>ML.NET finds the types of a model by the assemblies that are loaded.</summary>
    private static MLContext Registered()
    {
        var context = new MLContext(1);
        foreach (var type in new[] { typeof(SimpleDiffusionTransformer), typeof(SmallImageClassifierTransformer), typeof(T5EncodingTransformer) })
        {
            context.ComponentCatalog.RegisterAssembly(type.Assembly);
        }

        return context;
    }
}
