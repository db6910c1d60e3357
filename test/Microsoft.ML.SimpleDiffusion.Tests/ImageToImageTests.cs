using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests;

[TestClass]
public class ImageToImageTests
{
    private const int Side = TinyData.Side;
    private const int Length = 3 * Side * Side;

    private static readonly MLContext Context = new(1);
    private static SimpleDiffusionTransformer s_model = null!;

    [ClassInitialize]
    public static void FitModel(TestContext context)
    {
        var options = TinyData.Options(steps: 1);
        options.OutputPixelsColumnName = "Pixels";
        options.SeedColumnName = "Seed";
        s_model = Context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(Context));
    }

    [ClassCleanup]
    public static void DisposeModel() => s_model.Dispose();

    [TestMethod]
    [DataRow(SamplerType.Ddpm)]
    [DataRow(SamplerType.Ddim)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M)]
    public void Strength_near_zero_returns_the_image_within_a_few_levels(SamplerType sampler)
    {
        var input = Input(seed: 3);
        using var plain = s_model.WithSampling(new SamplingOptions { Sampler = sampler, Steps = 10 });
        using var transformer = plain.ForImageToImage("Picture", 0.01f);

        float[] output = Generate(transformer, input);

        for (int i = 0; i < Length; i++)
        {
            Assert.AreEqual(input.Picture[i], output[i], 4, $"value {i}");
        }
    }

    [TestMethod]
    [DataRow(SamplerType.Ddpm)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M)]
    public void Full_strength_is_plain_generation(SamplerType sampler)
    {
        using var plain = s_model.WithSampling(new SamplingOptions { Sampler = sampler, Steps = 5 });
        using var transformer = plain.ForImageToImage("Picture", 1);

        CollectionAssert.AreEqual(Generate(plain, Input(seed: 4)), Generate(transformer, Input(seed: 4)));
    }

    [TestMethod]
    public void More_strength_leaves_less_of_the_image()
    {
        float[] distances = new[] { 0.05f, 0.5f, 0.9f }.Select(strength =>
        {
            using var transformer = s_model.ForImageToImage("Picture", strength);
            return Generate(transformer, Input(seed: 5)).Zip(Input(seed: 5).Picture, (a, b) => Math.Abs(a - b)).Average();
        }).ToArray();

        Assert.IsLessThan(distances[1], distances[0]);
        Assert.IsLessThan(distances[2], distances[1]);
    }

    [TestMethod]
    [DataRow(SamplerType.Ddpm, 1f)]
    [DataRow(SamplerType.Ddim, 0.5f)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M, 1f)]
    public void Kept_pixels_come_out_exactly_and_the_others_do_not(SamplerType sampler, float strength)
    {
        var input = Input(seed: 6);
        FillMask(input, x => x < 3 ? (byte)255 : (byte)0);
        using var plain = s_model.WithSampling(new SamplingOptions { Sampler = sampler, Steps = 4 });
        using var transformer = plain.ForInpainting("Picture", "Mask", strength);

        float[] output = Generate(transformer, input);

        int changed = 0;
        for (int i = 0; i < Length; i++)
        {
            if (i % Side >= 3)
            {
                Assert.AreEqual(input.Picture[i], output[i], $"value {i}");
            }
            else
            {
                changed += input.Picture[i] == output[i] ? 0 : 1;
            }
        }

        Assert.IsGreaterThan(3 * Side * 3 * 3 / 4, changed);
    }

    [TestMethod]
    [DataRow((byte)0)]
    [DataRow((byte)127)]
    public void Black_mask_gives_the_image_back(byte value)
    {
        var input = Input(seed: 7);
        FillMask(input, _ => value);
        using var transformer = s_model.ForInpainting("Picture", "Mask");

        CollectionAssert.AreEqual(input.Picture.Select(pixel => (float)pixel).ToArray(), Generate(transformer, input));
    }

    [TestMethod]
    [DataRow((byte)128)]
    [DataRow((byte)255)]
    public void White_mask_keeps_nothing(byte value)
    {
        var input = Input(seed: 8);
        FillMask(input, _ => value);
        using var inpainting = s_model.ForInpainting("Picture", "Mask");
        using var partial = s_model.ForInpainting("Picture", "Mask", strength: 0.6f);
        using var imageToImage = s_model.ForImageToImage("Picture", 0.6f);

        CollectionAssert.AreEqual(Generate(s_model, input), Generate(inpainting, input));
        CollectionAssert.AreEqual(Generate(imageToImage, input), Generate(partial, input));
    }

    [TestMethod]
    public void Images_of_another_size_are_cropped_and_resized_as_in_training()
    {
        // Twice as wide as high, and plain but for its margins, which the crop takes away.
        var pixels = new byte[4 * 32 * 16];
        for (int i = 0; i < 32 * 16; i++)
        {
            bool isMargin = i % 32 is < 8 or >= 24;
            pixels[4 * i] = isMargin ? (byte)255 : (byte)90;
            pixels[(4 * i) + 3] = 255;
        }

        using var wide = MLImage.CreateFromPixels(32, 16, MLPixelFormat.Rgba32, pixels);
        using var transformer = s_model.ForImageToImage("Picture", 0.001f);
        var rows = Context.Data.LoadFromEnumerable(new[] { new WideImageRow { Label = "red", Seed = 1, Picture = wide } });

        float[] output = transformer.Transform(rows).GetColumn<float[]>("Pixels").Single();

        Assert.AreEqual(90, output[..(Side * Side)].Average(), 4);
        Assert.AreEqual(0, output[(Side * Side)..].Average(), 4);
    }

    [TestMethod]
    public void Prediction_engine_inpaints_row_by_row()
    {
        using var transformer = s_model.ForInpainting("Picture", "Mask");
        using var engine = Context.Model.CreatePredictionEngine<InputImageRow, PixelRow>(transformer);
        foreach (long seed in new[] { 1, 2 })
        {
            var input = Input(seed);
            FillMask(input, x => x < 3 ? (byte)255 : (byte)0);

            CollectionAssert.AreEqual(Generate(transformer, input), engine.Predict(input).Pixels);
        }
    }

    [TestMethod]
    public void Saved_transform_goes_on_inpainting()
    {
        using var transformer = s_model.ForInpainting("Picture", "Mask", 0.8f);
        using var stream = new MemoryStream();
        Context.Model.Save(transformer, null, stream);
        stream.Position = 0;

        using var loaded = (SimpleDiffusionTransformer)new MLContext().Model.Load(stream, out _);

        var input = Input(seed: 9);
        FillMask(input, x => x < 3 ? (byte)255 : (byte)0);
        CollectionAssert.AreEqual(Generate(transformer, input), Generate(loaded, input));
        Assert.AreEqual(0.8f, loaded.Options.Sampling.Strength);
    }

    [TestMethod]
    public void Images_do_not_depend_on_their_batch()
    {
        using var transformer = s_model.ForImageToImage("Picture", 0.5f);
        var inputs = Enumerable.Range(0, 6).Select(seed => Input(seed)).ToArray();

        float[][] together = transformer.Transform(Context.Data.LoadFromEnumerable(inputs)).GetColumn<float[]>("Pixels").ToArray();

        for (int i = 0; i < inputs.Length; i++)
        {
            float[] alone = Generate(transformer, inputs[i]);
            Assert.IsTrue(alone.Zip(together[i], (a, b) => Math.Abs(a - b)).All(difference => difference <= 1), $"row {i}");
        }
    }

    [TestMethod]
    [DataRow("Image", "Mask", "Could not find input image column 'Image'")]
    [DataRow("Picture", "Hole", "Could not find mask column 'Hole'")]
    [DataRow("Seed", "Mask", "Schema mismatch for input image column 'Seed': expected image, file path")]
    [DataRow("Picture", "Picture", "Schema mismatch for mask column 'Picture': expected image, file path, image file (Byte vector of variable size), or pixel vector [channels, height, width] of Byte or Single with 1 channel")]
    public void Wrong_columns_are_named(string image, string mask, string message)
    {
        using var transformer = s_model.ForInpainting(image, mask);
        var rows = Context.Data.LoadFromEnumerable(new[] { Input(1) });

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => transformer.Transform(rows));

        StringAssert.Contains(error.Message, message);
    }

    [TestMethod]
    public void Image_that_cannot_be_read_is_named_with_its_row()
    {
        using var transformer = s_model.ForImageToImage("Picture", 0.5f);
        var rows = transformer.Transform(Context.Data.LoadFromEnumerable(new[] { new { Label = "red", Seed = 1L, Picture = "no-such-file.png" } }));

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => rows.GetColumn<float[]>("Pixels").ToList());

        StringAssert.Contains(error.Message, "Row 0 of column 'Picture': cannot read the image: there is no such file.");
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(1.5f)]
    [DataRow(float.NaN)]
    public void Strength_out_of_range_is_refused(float strength)
        => Assert.AreEqual("Sampling.Strength", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => s_model.ForImageToImage("Picture", strength)).ParamName);

    [TestMethod]
    public void Strength_without_an_image_is_refused()
        => Assert.AreEqual("Sampling.Strength", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => s_model.WithSampling(new SamplingOptions { Strength = 0.5f })).ParamName);

    [TestMethod]
    public void No_tensor_is_left_behind_by_inpainting_under_guidance_and_evaluating()
    {
        Run();
        long before = LiveTensors.Settled();

        Run();

        // Nothing is collected in between: what is not disposed of would show.
        Assert.AreEqual(before, LiveTensors.Count);

        static void Run()
        {
            using var guided = s_model.WithSampling(new SamplingOptions { Steps = 3, GuidanceScale = 2, GuidanceRescale = 0.5f });
            using var transformer = guided.ForInpainting("Picture", "Mask", 0.9f);
            _ = Generate(transformer, Input(seed: 2));
            _ = Context.ImageGeneration().EvaluateLikelihood(transformer, TinyData.View(Context, count: 3), samplesPerImage: 2);
        }
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(255, 0)]
    [DataRow(0, 0)]
    public void Mask_of_zeros_and_ones_is_told(int white, int expected)
    {
        var log = new CapturedLog();
        using var folder = new TemporaryFolder();
        s_model.SaveAsSafetensors(folder.Path);
        using var loaded = SimpleDiffusionTransformer.LoadFromSafetensors(log.Context, folder.Path);
        using var transformer = loaded.ForInpainting("Picture", "Mask");
        var input = Input(seed: 2);
        FillMask(input, x => (byte)(x < Side / 2 ? white : 0));

        _ = Generate(transformer, input);
        _ = Generate(transformer, input);

        Assert.HasCount(expected, log.With("Row 0 of column 'Mask' has no pixel above 1, but pixels are read as 0 (black) to 255 (white): multiply values of 0 to 1 by 255."));
    }

    [TestMethod]
    public void Weights_are_shared_and_counted()
    {
        var model = new FakeModel(new ModelConfiguration
        {
            Options = TinyData.Options(),
            Condition = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = TinyData.Labels },
            TrainedSteps = 1,
        });
        using (var transformer = new SimpleDiffusionTransformer(Context, model))
        {
            using var imageToImage = transformer.ForImageToImage("Picture", 0.5f);
            Assert.AreEqual(2, model.Owners);
            Assert.IsNull(transformer.Options.InputImageColumnName);
        }

        Assert.AreEqual(0, model.Owners);
    }

    private static float[] Generate(SimpleDiffusionTransformer transformer, InputImageRow input)
        => transformer.Transform(Context.Data.LoadFromEnumerable(new[] { input })).GetColumn<float[]>("Pixels").Single();

    private static InputImageRow Input(long seed)
    {
        var random = new Random((int)seed);
        var picture = new byte[Length];
        for (int i = 0; i < Length; i++)
        {
            picture[i] = (byte)random.Next(20, 235);
        }

        return new InputImageRow { Label = "red", Seed = seed, Picture = picture };
    }

    private static void FillMask(InputImageRow row, Func<int, byte> valueAtColumn)
    {
        for (int i = 0; i < row.Mask.Length; i++)
        {
            row.Mask[i] = valueAtColumn(i % Side);
        }
    }

    private sealed class PixelRow
    {
        public float[] Pixels { get; set; } = [];
    }
}
