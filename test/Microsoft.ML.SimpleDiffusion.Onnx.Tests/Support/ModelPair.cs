using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;

/// <summary>A model in libtorch, and the same exported.</summary>
internal sealed class ModelPair : IDisposable
{
    public const string Pixels = "Pixels";

    private readonly TemporaryFolder _folder = new();

    /// <param name="network">Its network.</param>
    /// <param name="change">Changes options that do not change the network.</param>
    /// <param name="export">How it is exported.</param>
    /// <param name="distillation">What it has been distilled from, or null.</param>
    public ModelPair(NetworkCase network, Action<SimpleDiffusionOptions>? change = null, OnnxExportOptions? export = null, DistillationInfo? distillation = null)
    {
        var configuration = network.Configure() with { Distillation = distillation };
        configuration.Options.OutputPixelsColumnName = Pixels;
        configuration.Options.SeedColumnName = "Seed";
        configuration.Options.ConditionColumnName = network.Condition switch { ConditionKind.None => null, ConditionKind.Embeddings => "Embeddings", _ => "Label" };
        configuration.Options.Sampling.Steps = 5;
        change?.Invoke(configuration.Options);
        Torch = new SimpleDiffusionTransformer(Context, new TorchGenerator(TrainedModel.Of(NetworkCase.Create(configuration), configuration)));
        Torch.SaveAsOnnx(Path, export);
    }

    public MLContext Context { get; } = new(1);

    public SimpleDiffusionTransformer Torch { get; }

    /// <summary>The ONNX file.</summary>
    public string Path => _folder.File("model.onnx");

    /// <summary>The file of the whole sampler, once it has been exported.</summary>
    public string SamplerPath => _folder.File("sampler.onnx");

    /// <summary>A file beside it.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>The exported model, fitted.</summary>
    public SimpleDiffusionOnnxTransformer Open(OnnxGenerationOptions? options = null) => Context.Transforms.ApplySimpleDiffusionOnnx(Path, OnCpu(options)).Fit(AskedRow.View(Context));

    /// <summary>Asserts that both make the same images of some rows: all but one byte of a thousand equal, and none off by more than a level.</summary>
    public void AssertSameImages(OnnxGenerationOptions? options = null)
    {
        using var onnx = Open(options);
        using var torch = new SimpleDiffusionTransformer(Context, Torch.Model.Share(), onnx.Options);
        AssertSame(Generate(torch), Generate(onnx));
    }

    /// <summary>Asserts that the whole sampler, exported as one graph, makes the same images of some rows, in the same sense.</summary>
    /// <param name="sampling">What is exported.</param>
    /// <param name="export">How.</param>
    public void AssertSamplerDrawsTheSame(SamplingOptions sampling, OnnxExportOptions? export = null)
    {
        var (expected, actual) = DrawWithSampler(sampling, export);
        AssertSame(expected, actual);
    }

    /// <summary>What libtorch makes of some rows, and what the whole sampler, exported as one graph, does.</summary>
    public (float[] Expected, float[] Actual) DrawWithSampler(SamplingOptions sampling, OnnxExportOptions? export = null)
    {
        using var torch = Torch.WithSampling(sampling);
        torch.SaveAsOnnx(SamplerPath, export ?? new OnnxExportOptions { WholeSampler = true });
        var run = new SamplerRun(((TorchGenerator)torch.Model).Configuration with { Options = torch.Options }, AskedRow.Rows(6));
        return (Generate(torch), run.Draw(SamplerPath));
    }

    private static void AssertSame(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        int[] differences = [.. expected.Zip(actual, (a, b) => (int)Math.Abs(a - b))];
        Assert.IsLessThanOrEqualTo(1, differences.Max(), "levels");
        Assert.IsLessThanOrEqualTo(expected.Length / 1000, differences.Count(difference => difference > 0), $"of {expected.Length} bytes");
        Assert.IsGreaterThan(20, expected.Distinct().Count(), "levels that occur");
    }

    /// <summary>The pixels of all rows.</summary>
    public float[] Generate(ITransformer transformer) => Generate(transformer, AskedRow.View(Context));

    /// <summary>The pixels of some rows.</summary>
    public static float[] Generate(ITransformer transformer, IDataView rows) => [.. transformer.Transform(rows).GetColumn<VBuffer<float>>(Pixels).SelectMany(pixels => pixels.DenseValues())];

    public void Dispose()
    {
        Torch.Dispose();
        _folder.Dispose();
    }

    private static OnnxGenerationOptions OnCpu(OnnxGenerationOptions? options)
    {
        options ??= new OnnxGenerationOptions();
        options.Threads = 1;
        return options;
    }
}
