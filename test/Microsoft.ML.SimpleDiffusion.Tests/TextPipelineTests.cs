using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>A text encoder and the diffusion model as one pipeline: libtorch and ONNX Runtime in one process.</summary>
[TestClass]
public class TextPipelineTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Saved_pipeline_with_T5_draws_what_the_caption_says()
        => Draws(_context.Transforms.Text.EncodeT5("Embedding", "Label", Fixture("t5.onnx"), Fixture("tokenizer.model"), maxTokens: 6));

    [TestMethod]
    public void Saved_pipeline_with_MiniLM_draws_what_the_caption_says()
        => Draws(_context.Transforms.Text.EncodeMiniLM("Embedding", "Label", maxTokens: 6));

    private void Draws<T>(IEstimator<T> encoder)
        where T : class, ITransformer
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.zip");
        var data = _context.Data.LoadFromEnumerable(TinyData.Rows(24));
        var pipeline = encoder.Append(_context.Transforms.SimpleDiffusion(Options()));
        using (var trained = pipeline.Fit(data))
        {
            // The saved pipeline needs the caption and the seed: what it was trained on is not part of its input.
            _context.Model.Save(trained, _context.Data.LoadFromEnumerable([new Prompt()]).Schema, path);
        }

        using var engine = _context.Model.CreatePredictionEngine<Prompt, Picture>(_context.Model.Load(path, out _));
        for (int i = 0; i < TinyData.Labels.Length; i++)
        {
            var pixels = engine.Predict(new Prompt { Label = TinyData.Labels[i], Seed = 5 }).GeneratedImage!.Pixels;

            int[] sums = new int[3];
            for (int j = 0; j < pixels.Length; j++)
            {
                if (j % 4 < 3)
                {
                    sums[j % 4] += pixels[j];
                }
            }

            Assert.AreEqual(i, Array.IndexOf(sums, sums.Max()), $"{TinyData.Labels[i]}: {string.Join(", ", sums)}");
        }
    }

    private static SimpleDiffusionOptions Options()
    {
        var options = TinyData.Options(steps: 300);
        options.ConditionColumnName = "Embedding";
        options.SeedColumnName = "Seed";
        options.Diffusion.NoiseResolution = TinyData.Side;
        options.Training.LearningRate = 5e-3;
        options.Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 10 };
        return options;
    }

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    private sealed class Prompt
    {
        public string Label { get; set; } = string.Empty;

        public long Seed { get; set; }
    }

    private sealed class Picture
    {
        [ImageType(TinyData.Side, TinyData.Side)]
        public MLImage? GeneratedImage { get; set; }
    }
}
