using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Students of every kind of teacher: each network, with each patching and each condition, that knows portraits.</summary>
[TestClass]
public class StudentConditionTests
{
    private const int Width = 16;

    private readonly MLContext _context = new(1);

    public static IEnumerable<object[]> Teachers =>
        from architecture in Enum.GetValues<NetworkArchitecture>()
        from patching in new[] { PatchingType.None, PatchingType.Dwt, PatchingType.Convolution }
        from kind in Enum.GetValues<ConditionKind>()
        select new object[] { architecture, patching, kind.ToString() };

    [TestMethod]
    [DynamicData(nameof(Teachers))]
    public void Student_learns_and_draws_alike_before_and_after_it_was_saved(NetworkArchitecture architecture, PatchingType patching, string condition)
    {
        using var folder = new TemporaryFolder();
        using var teacher = Teacher(architecture, patching, Enum.Parse<ConditionKind>(condition));
        var data = View(teacher.Options.ConditionColumnName);
        using var student = _context.Transforms.DistillSimpleDiffusion(teacher, Options()).Fit(data, data);
        student.SaveAsSafetensors(folder.Path);
        using var loaded = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.Path);

        CollectionAssert.AreNotEqual(WeightBytes.Of(teacher), WeightBytes.Of(student));
        Assert.IsTrue(student.History.Evaluations.All(evaluation => double.IsFinite(evaluation.Metrics[TrainingOptions.ValidationLossName])));
        float[][] pictures = Pictures(student, data);
        Assert.HasCount(6, pictures);
        Assert.IsGreaterThan(20, pictures[0].Distinct().Count());
        CollectionAssert.AreEqual(pictures.SelectMany(picture => picture).ToArray(), Pictures(loaded, data).SelectMany(picture => picture).ToArray());
        Assert.AreEqual(condition == nameof(ConditionKind.None), pictures[0].SequenceEqual(pictures[2]), "pictures of other conditions from the same noise");
    }

    private static DistillationOptions Options() => new()
    {
        Seed = 7,
        SamplingSteps = 2,
        Teacher = new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4, GuidanceScale = 1 },
        Training = new TrainingOptions { Steps = 3, BatchSize = 6, LearningRate = 1e-3, GradientAccumulation = 2, EvaluateEverySteps = 2, KeepBest = false },
        Compute = new ComputeOptions { Device = ComputeDevice.Cpu, Precision = ComputePrecision.Float32, Threads = 1 },
    };

    private static float[][] Pictures(SimpleDiffusionTransformer model, IDataView data)
        => [.. model.Transform(data).GetColumn<VBuffer<float>>("Pixels").Select(pixels => pixels.DenseValues().ToArray())];

    private SimpleDiffusionTransformer Teacher(NetworkArchitecture architecture, PatchingType patching, ConditionKind kind)
    {
        var options = TinyData.Options();
        (options.ImageWidth, options.OutputPixelsColumnName, options.SeedColumnName) = (Width, "Pixels", "Seed");
        options.ConditionColumnName = kind switch { ConditionKind.None => null, ConditionKind.Class => "Key", ConditionKind.Text => "Label", _ => "Tokens" };
        (options.Network.Architecture, options.Network.Patching, options.Network.PortraitFlag) = (architecture, patching, true);
        options.Network.BlocksPerLevel = architecture == NetworkArchitecture.UNet ? [1, 1] : [1];
        return new SimpleDiffusionTransformer(_context, new TorchGenerator(RandomModel.Trained(options, SmallNetwork.Condition(kind))));
    }

    /// <summary>Pictures with all kinds of conditions, two of each.</summary>
    private IDataView View(string? column)
    {
        var rows = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 6).Select(i => new Row
        {
            Image = [.. Enumerable.Range(0, 3 * TinyData.Side * Width).Select(k => (byte)((k * (i + 3)) + (40 * i)))],
            Label = "abc"[i / 2].ToString(),
            Tokens = [.. Enumerable.Range(0, 4 * SmallNetwork.EmbeddingWidth).Select(k => k < SmallNetwork.EmbeddingWidth * ((i / 2) + 1) ? MathF.Cos(k + i) : 0)],
        }));
        return column == "Key" ? _context.Transforms.Conversion.MapValueToKey("Key", "Label").Fit(rows).Transform(rows) : rows;
    }

    private sealed class Row
    {
        [VectorType(3, TinyData.Side, Width)]
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = string.Empty;

        [VectorType(4, SmallNetwork.EmbeddingWidth)]
        public float[] Tokens { get; set; } = [];

        public long Seed => 3;
    }
}
