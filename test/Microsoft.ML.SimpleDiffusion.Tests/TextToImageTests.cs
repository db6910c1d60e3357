using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Models whose condition is a caption. Their captions are the colours of <see cref="TinyData"/>.</summary>
[TestClass]
public class TextToImageTests
{
    private static readonly string[] Captions = ["red", string.Empty, "green, a caption much longer than the others 😀", "שלום", "blue\uD83D"];

    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Caption_decides_what_the_picture_shows()
    {
        var options = Options(steps: 300);
        options.Training.LearningRate = 5e-3;
        options.Diffusion.NoiseResolution = TinyData.Side;
        options.Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 10, GuidanceScale = 2 };
        using var model = Fit(options);

        var pictures = Pictures(model, TinyData.Labels);

        for (int i = 0; i < TinyData.Labels.Length; i++)
        {
            double[] mean = [.. Enumerable.Range(0, 3).Select(channel => MeanOf(pictures[i], channel))];
            Assert.AreEqual(i, Array.IndexOf(mean, mean.Max()), $"{TinyData.Labels[i]} came out as {string.Join(", ", mean)}");
        }
    }

    [TestMethod]
    public void Pictures_do_not_depend_on_the_captions_beside_them()
    {
        using var model = Fit(Options());
        using var guided = model.WithSampling(new SamplingOptions { Steps = 4, BatchSize = 5, GuidanceScale = 3 });
        using var single = model.WithSampling(new SamplingOptions { Steps = 4, BatchSize = 1, GuidanceScale = 3 });

        AssertWithinOneLevel(Pictures(single, Captions), Pictures(guided, Captions));
    }

    [TestMethod]
    public void Saved_and_loaded_models_make_the_same_pictures()
    {
        using var folder = new TemporaryFolder();
        using var model = Fit(Options());
        using var stream = new MemoryStream();
        _context.Model.Save(model, null, stream);
        model.SaveAsSafetensors(folder.Path);
        stream.Position = 0;

        using var zip = (SimpleDiffusionTransformer)new MLContext().Model.Load(stream, out _);
        using var safetensors = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.Path);

        AssertSame(Pictures(model, Captions), Pictures(zip, Captions));
        AssertSame(Pictures(model, Captions), Pictures(safetensors, Captions));
        Assert.AreEqual(16, zip.Options.Network.TextEncoder.Width);
    }

    [TestMethod]
    [DataRow(0f, false)]
    [DataRow(0.1f, true)]
    public void Resumed_run_has_the_weights_of_an_uninterrupted_one_bit_for_bit(float dropout, bool checkpointsActivations)
    {
        using var folder = new TemporaryFolder();
        SimpleDiffusionOptions half = Resumable(4), whole = Resumable(8), uninterrupted = Resumable(8);
        uninterrupted.Training.CheckpointDirectory = null;

        Fit(half).Dispose();

        using SimpleDiffusionTransformer resumed = Fit(whole), reference = Fit(uninterrupted);
        CollectionAssert.AreEqual(WeightBytes.Of(reference), WeightBytes.Of(resumed));

        SimpleDiffusionOptions Resumable(int steps)
        {
            var options = Options(steps);
            (options.Network.Dropout, options.Network.ActivationCheckpointing) = (dropout, checkpointsActivations);
            options.Training.WarmupSteps = 2;
            options.Training.CheckpointDirectory = folder.Path;
            return options;
        }
    }

    [TestMethod]
    public void Checkpoint_of_a_model_of_classes_is_refused()
    {
        using var folder = new TemporaryFolder();
        var options = Options();
        options.Training.CheckpointDirectory = folder.Path;
        _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)).Dispose();

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(options));

        StringAssert.Contains(error.Message, "condition.kind");
    }

    [TestMethod]
    public void Training_goes_on_from_a_model_of_the_same_kind_only()
    {
        using var model = Fit(Options());
        var deeper = Options();
        deeper.Network.TextEncoder.Depth = 3;

        _context.Transforms.SimpleDiffusion(Options()).Fit(View(), model).Dispose();
        var other = Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.SimpleDiffusion(Options()).Fit(TinyData.View(_context), model));
        var shape = Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.SimpleDiffusion(deeper).Fit(View(), model));

        Assert.AreEqual("warmStart", other.ParamName);
        StringAssert.Contains(shape.Message, "3 blocks");
    }

    [TestMethod]
    public void Negative_prompt_takes_the_place_of_no_prompt()
    {
        using var model = Fit(Options(steps: 20));
        using var guided = model.WithSampling(new SamplingOptions { Steps = 4, GuidanceScale = 3 });
        using var led = guided.WithNegativePrompts("Not");
        using var stream = new MemoryStream();
        _context.Model.Save(led, null, stream);
        stream.Position = 0;
        using var loaded = (SimpleDiffusionTransformer)_context.Model.Load(stream, out _);

        var plain = Read(guided, new Prompt { Label = "red" });

        // An empty one is none; and a condition led away from itself is the condition alone.
        AssertWithinOneLevel(plain, Read(led, new Prompt { Label = "red" }));
        AssertWithinOneLevel(Read(model, new Prompt { Label = "red" }), Read(led, new Prompt { Label = "red", Not = "red" }));
        CollectionAssert.AreNotEqual(plain[0], Read(led, new Prompt { Label = "red", Not = "green" })[0]);
        AssertSame(Read(led, new Prompt { Label = "red", Not = "green" }), Read(loaded, new Prompt { Label = "red", Not = "green" }));
    }

    [TestMethod]
    public void Negative_prompts_may_be_classes_too()
    {
        using var model = _context.Transforms.SimpleDiffusion(Options(steps: 20)).Fit(TinyData.View(_context));
        using var led = model.WithSampling(new SamplingOptions { Steps = 4, GuidanceScale = 3 }).WithNegativePrompts("Not");

        AssertWithinOneLevel(Read(model, new Prompt { Label = "red" }), Read(led, new Prompt { Label = "red", Not = "red" }));
        Assert.ThrowsExactly<InvalidOperationException>(() => Read(led, new Prompt { Label = "red", Not = "pink" }));
    }

    [TestMethod]
    public void Negative_prompt_column_that_is_missing_or_no_text_is_named()
    {
        using var model = Fit(Options());
        using var led = model.WithNegativePrompts("Not");

        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => led.Transform(_context.Data.LoadFromEnumerable(new[] { new { Label = "red" } })));
        var number = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => led.Transform(_context.Data.LoadFromEnumerable(new[] { new { Label = "red", Not = 1f } })));

        StringAssert.Contains(missing.Message, "Could not find negative prompt column 'Not'");
        StringAssert.Contains(number.Message, "Schema mismatch for negative prompt column 'Not': expected text, got Single");
    }

    [TestMethod]
    public void Unconditional_model_takes_no_negative_prompts()
    {
        var options = Options();
        options.ConditionColumnName = null;
        using var model = Fit(options);

        Assert.AreEqual("NegativePromptColumnName", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.WithNegativePrompts("Not")).ParamName);
    }

    [TestMethod]
    public void Empty_caption_is_the_one_that_training_drops()
    {
        // All captions are dropped, so that the other captions and their encoder learn nothing.
        var options = Options(steps: 5);
        options.Diffusion.ConditioningDropout = 1;
        options.Training.WeightDecay = 0;
        using var model = Fit(options);
        var network = FittedNetwork.Of(model);
        using var scope = torch.NewDisposeScope();
        using var untrained = Fit(OneStep(options));

        var change = (TokensOf(network) - TokensOf(FittedNetwork.Of(untrained))).abs().amax([1]);

        Assert.IsGreaterThan(0f, change[ByteEncoderPlan.NoTextToken].item<float>());
        Assert.AreEqual(0f, change.narrow(0, 0, 256).max().item<float>());

        static torch.Tensor TokensOf(torch.nn.Module module) => module.named_parameters().Single(p => p.name == "text.tokens.weight").parameter;
        static SimpleDiffusionOptions OneStep(SimpleDiffusionOptions options)
        {
            options.Training.Steps = 1;
            return options;
        }
    }

    [TestMethod]
    public void Long_captions_are_counted_in_the_log_once()
    {
        var log = new CapturedLog();
        var options = Options(steps: 1);
        options.Network.TextEncoder.MaxLength = 4;

        log.Context.Transforms.SimpleDiffusion(options).Fit(View()).Dispose();

        // Of red, green and blue, green alone has more than four bytes.
        Assert.HasCount(1, log.With("8 of 24 captions are longer than 4 bytes"));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Live_tensors_stay_the_same_from_step_to_step(bool checkpointsActivations)
    {
        var options = Options();
        options.Network.ActivationCheckpointing = checkpointsActivations;
        using var training = new TinyTraining(options, View());
        training.Step(2);
        long before = LiveTensors.Settled();

        training.Step(5);

        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void Generating_leaves_no_tensors_behind()
    {
        using var model = Fit(Options());
        using var guided = model.WithSampling(new SamplingOptions { Steps = 3, GuidanceScale = 3 });
        Pictures(guided, Captions);
        long before = LiveTensors.Settled();

        Pictures(guided, Captions);

        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void Prediction_engine_takes_captions()
    {
        using var model = Fit(Options());
        using var engine = _context.Model.CreatePredictionEngine<Request, Prediction>(model.WithSampling(new SamplingOptions { Steps = 2 }));

        Assert.AreEqual(TinyData.Side, engine.Predict(new Request { Label = "a red sky" }).GeneratedImage.Width);
    }

    [TestMethod]
    public void Held_out_pictures_are_measured_under_their_captions()
    {
        using var model = Fit(Options());

        var first = _context.ImageGeneration().EvaluateLikelihood(model, View(), samplesPerImage: 2);
        var second = _context.ImageGeneration().EvaluateLikelihood(model, View(), samplesPerImage: 2);
        var error = _context.ImageGeneration().EvaluateDenoising(model, View(), [0]);

        Assert.AreEqual(first.DiffusionBits, second.DiffusionBits);
        Assert.IsTrue(double.IsFinite(first.DiffusionBits));
        Assert.HasCount(1, error);
    }

    [TestMethod]
    public void Sample_grids_have_a_row_for_each_of_the_first_captions()
    {
        using var folder = new TemporaryFolder();
        var options = Options(steps: 2);
        options.Training.CheckpointDirectory = folder.Path;
        options.Training.SampleEverySteps = 2;

        Fit(options).Dispose();

        using var grid = MLImage.CreateFromFile(Directory.GetFiles(folder.File("samples")).Single());
        byte[] ofThreeRows = ImageGrid.ToPng([.. Enumerable.Repeat(new byte[3 * 64], 3 * 8)], new ImageSize(3, TinyData.Side, TinyData.Side), columns: 8);
        using var expected = MLImage.CreateFromStream(new MemoryStream(ofThreeRows));
        Assert.AreEqual(expected.Height, grid.Height);
        Assert.AreEqual(expected.Width, grid.Width);
    }

    [TestMethod]
    public void Model_with_captions_portraits_and_transformer_levels_trains_in_bfloat16()
    {
        var options = Options(steps: 2);
        (options.ImageWidth, options.Network.PortraitFlag, options.Network.TransformerFromResolution) = (2 * TinyData.Side, true, 8);
        options.Compute.Precision = ComputePrecision.BFloat16;
        options.Sampling = new SamplingOptions { Steps = 2, GuidanceScale = 2, Portrait = true };
        using var model = Fit(options);

        Assert.HasCount(Captions.Length, Pictures(model, Captions));
    }

    private static SimpleDiffusionOptions Options(int steps = 3)
    {
        var options = TinyData.Options(steps);
        options.SeedColumnName = "Seed";
        options.Network.TextEncoder.MaxLength = 64;
        return options;
    }

    private SimpleDiffusionTransformer Fit(SimpleDiffusionOptions options) => _context.Transforms.SimpleDiffusion(options).Fit(View());

    private IDataView View() => _context.Data.LoadFromEnumerable(TinyData.Rows(24));

    private List<byte[]> Pictures(SimpleDiffusionTransformer model, IEnumerable<string> captions) => Read(model, [.. captions.Select((caption, i) => new Prompt { Label = caption, Seed = i })]);

    private List<byte[]> Read(SimpleDiffusionTransformer model, params Prompt[] prompts)
        => _context.Data.CreateEnumerable<Prediction>(model.Transform(_context.Data.LoadFromEnumerable(prompts)), reuseRowObject: false)
            .Select(prediction => prediction.GeneratedImage.Pixels.ToArray()).ToList();

    private static double MeanOf(byte[] pixels, int channel) => Enumerable.Range(0, pixels.Length / 4).Average(i => pixels[(4 * i) + channel]);

    private static void AssertSame(List<byte[]> expected, List<byte[]> actual)
    {
        for (int i = 0; i < expected.Count; i++)
        {
            CollectionAssert.AreEqual(expected[i], actual[i], $"picture {i}");
        }
    }

    private static void AssertWithinOneLevel(List<byte[]> expected, List<byte[]> actual)
    {
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.IsLessThanOrEqualTo(1, expected[i].Zip(actual[i], (a, b) => Math.Abs(a - b)).Max(), $"picture {i}");
        }
    }

    private sealed class Prompt
    {
        public string Label { get; set; } = string.Empty;

        public string Not { get; set; } = string.Empty;

        public long Seed { get; set; }
    }
}
