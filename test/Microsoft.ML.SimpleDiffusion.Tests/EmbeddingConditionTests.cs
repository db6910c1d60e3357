using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Models whose condition is a vector of precomputed embeddings.</summary>
[TestClass]
public class EmbeddingConditionTests
{
    private static readonly float[][] Embeddings = [[1, 0, 0, 0, 0, 0], [0, 1, 1, 0, 0, 0], [0, -1, 1, 1, 2, 2]];

    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Embeddings_decide_what_the_picture_shows()
    {
        var options = Options(steps: 300);
        options.Training.LearningRate = 1e-2;
        options.Diffusion.NoiseResolution = TinyData.Side;
        options.Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 10 };
        using var model = Fit(options);

        var pictures = Pictures(model, Embeddings);

        for (int i = 0; i < 3; i++)
        {
            double[] mean = [.. Enumerable.Range(0, 3).Select(channel => Enumerable.Range(0, 64).Average(pixel => pictures[i][(4 * pixel) + channel]))];
            Assert.AreEqual(i, Array.IndexOf(mean, mean.Max()), string.Join(", ", mean));
        }
    }

    [TestMethod]
    public void Tokens_of_zeros_are_padding_wherever_they_are()
    {
        using var model = Fit(Options(steps: 20));

        var pictures = Pictures(model, [1, 2, 0, 0, 0, 0], [0, 0, 1, 2, 0, 0], [0, 0, 0, 0, 1, 2]);
        var others = Pictures(model, [1, 2, 0, 0, 0, 0], [1, 2, 5, -5, 0, 0]);

        AssertWithinOneLevel(pictures[0], pictures[1]);
        AssertWithinOneLevel(pictures[0], pictures[2]);
        AssertWithinOneLevel(pictures[0], others[0]);
        CollectionAssert.AreNotEqual(others[0], others[1]);
    }

    [TestMethod]
    public void Vector_of_one_dimension_is_a_single_token()
    {
        var options = Options();
        options.ConditionColumnName = "Sentence";
        using var model = Fit(options);

        Assert.HasCount(3, Pictures(model, Embeddings));
        Assert.Contains(p => p.Name == "text.project.weight" && p.Shape == "16, 6", Shapes(model));
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.NegativeInfinity)]
    public void Number_that_is_not_finite_is_refused_naming_the_row(float number)
    {
        float[][] broken = [[1, 2, 3, 4, 5, 6], [1, 2, 3, number, 5, 6]];

        using var model = Fit(Options());
        var inFit = Assert.ThrowsExactly<InvalidOperationException>(() => _context.Transforms.SimpleDiffusion(Options()).Fit(View(broken)));
        var inTransform = Assert.ThrowsExactly<InvalidOperationException>(() => Pictures(model, broken));

        StringAssert.Contains(inFit.Message, "Row 1 of column 'Label'");
        StringAssert.Contains(inTransform.Message, "Row 1 of column 'Label'");
    }

    [TestMethod]
    public void Vector_of_another_shape_is_refused()
    {
        using var model = Fit(Options());
        var view = _context.Data.LoadFromEnumerable(new[] { new { Label = new float[6], Seed = 1L } });
        var text = _context.Data.LoadFromEnumerable(new[] { new { Label = "red", Seed = 1L } });

        var variable = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Transform(view));
        var word = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Transform(text));
        var inFit = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.SimpleDiffusion(Unknown()).Fit(View(Embeddings)));

        StringAssert.Contains(variable.Message, "Schema mismatch for condition column 'Label': expected Single vector [3, 2], got");
        StringAssert.Contains(word.Message, "expected Single vector [3, 2], got String");
        StringAssert.Contains(inFit.Message, "expected key (MapValueToKey makes one), text, or Single vector of known size [tokens, width]");

        SimpleDiffusionOptions Unknown()
        {
            var options = Options();
            options.ConditionColumnName = "Image";
            return options;
        }
    }

    [TestMethod]
    public void Embeddings_in_the_temporary_file_are_those_in_memory()
    {
        var options = Options();
        var view = View(Embeddings);
        var condition = ConditionColumn.Describe(view.Schema, options);
        using var inMemory = ImageDataset.Load(view, options, condition, _ => { }, long.MaxValue, CancellationToken.None);
        using var spilled = ImageDataset.Load(view, options, condition, _ => { }, memoryBudget: 500, CancellationToken.None);

        for (int i = 0; i < inMemory.Count; i++)
        {
            CollectionAssert.AreEqual(inMemory.ConditionOf(i).Embeddings, spilled.ConditionOf(i).Embeddings);
        }

        // Tokens of zeros are left out: 1, 2 and 3 are left.
        Assert.AreEqual(2, spilled.MeanTextTokens);
        Assert.HasCount(3, spilled.FirstConditions(10));
    }

    private static SimpleDiffusionOptions Options(int steps = 3)
    {
        var options = TinyData.Options(steps);
        options.SeedColumnName = "Seed";
        return options;
    }

    private SimpleDiffusionTransformer Fit(SimpleDiffusionOptions options) => _context.Transforms.SimpleDiffusion(options).Fit(View(Embeddings));

    private IDataView View(float[][] embeddings) => _context.Data.LoadFromEnumerable(
        TinyData.Rows(24).Select((row, i) => new EmbeddedRow { Image = row.Image, Label = embeddings[i % embeddings.Length], Seed = row.Seed }));

    private List<byte[]> Pictures(SimpleDiffusionTransformer model, params float[][] embeddings)
    {
        var rows = embeddings.Select(embedding => new EmbeddedRow { Label = embedding, Seed = 5 });
        return _context.Data.CreateEnumerable<ImageOnly>(model.Transform(_context.Data.LoadFromEnumerable(rows)), reuseRowObject: false)
            .Select(prediction => prediction.GeneratedImage.Pixels.ToArray()).ToList();
    }

    private static List<(string Name, string Shape)> Shapes(SimpleDiffusionTransformer model)
        => [.. FittedNetwork.Of(model).named_parameters().Select(p => (p.name, string.Join(", ", p.parameter.shape)))];

    private static void AssertWithinOneLevel(byte[] expected, byte[] actual)
        => Assert.IsLessThanOrEqualTo(1, expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max());

    private sealed class ImageOnly
    {
        [ImageType(TinyData.Side, TinyData.Side)]
        public MLImage GeneratedImage { get; set; } = null!;
    }
}
