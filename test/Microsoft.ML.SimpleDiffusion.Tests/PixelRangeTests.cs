using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Models of pixels of a stated range, from the data to what they draw.</summary>
[TestClass]
public class PixelRangeTests
{
    private const int Side = RangeRow.Side;
    private const int Area = RangeRow.Area;
    private const float Minimum = -500;
    private const float Maximum = 65_000;

    private static readonly MLContext Context = new(1);
    private static SimpleDiffusionTransformer s_model = null!;

    [ClassInitialize]
    public static void FitModel(TestContext context) => s_model = Context.Transforms.SimpleDiffusion(Options()).Fit(RangeRow.Slopes(Context));

    [ClassCleanup]
    public static void DisposeModel() => s_model.Dispose();

    [TestMethod]
    [DataRow(ThresholdingType.None)]
    [DataRow(ThresholdingType.Static)]
    [DataRow(ThresholdingType.Dynamic)]
    public void Generated_column_is_a_vector_of_the_range_and_says_so(ThresholdingType thresholding)
    {
        using var model = s_model.WithSampling(new SamplingOptions { Steps = 3, Thresholding = thresholding });
        var drawn = model.Transform(RangeRow.Slopes(Context, 3));
        var column = drawn.Schema["GeneratedImage"];
        float[][] images = Draw(model, RangeRow.Slopes(Context, 3));

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 1, Side, Side), column.Type);
        Assert.AreEqual("-500 to 65000", RangeColumn.DescribeRange(column));
        Assert.HasCount(3, images);
        Assert.IsTrue(images.All(image => image.Length == Area && image.All(value => value is >= Minimum and <= Maximum)));
        Assert.IsGreaterThan(100, images.SelectMany(image => image).Distinct().Count());
    }

    [TestMethod]
    public void Estimator_says_what_the_transformer_makes()
    {
        var input = RangeRow.Slopes(Context);
        var shape = Context.Transforms.SimpleDiffusion(Options()).GetOutputSchema(SchemaShapes.Of(input.Schema)).Single(column => column.Name == "GeneratedImage");

        Assert.AreEqual((SchemaShape.Column.VectorKind.Vector, (DataViewType)NumberDataViewType.Single), (shape.Kind, shape.ItemType));
        Assert.IsTrue(s_model.Transform(input).Schema["GeneratedImage"].Type is VectorDataViewType { IsKnownSize: true });
    }

    [TestMethod]
    public void Prediction_engine_reads_the_pixels_into_a_class()
    {
        // An engine disposes of its model.
        using var engine = Context.Model.CreatePredictionEngine<Asked, Drawn>(s_model.WithSampling(s_model.Options.Sampling));

        float[] pixels = engine.Predict(new Asked()).GeneratedImage;

        CollectionAssert.AreEqual(Draw(s_model, RangeRow.Slopes(Context, 1))[0], pixels);
    }

    [TestMethod]
    public void Saved_and_loaded_model_has_its_range_and_draws_the_same()
    {
        using var folder = new TemporaryFolder();
        string zip = folder.File("model.zip");
        Context.Model.Save(s_model, null, zip);
        s_model.SaveAsSafetensors(folder.Path);
        using var ofZip = (SimpleDiffusionTransformer)Context.Model.Load(zip, out _);
        using var ofFolder = SimpleDiffusionTransformer.LoadFromSafetensors(Context, folder.Path);

        float[][] expected = Draw(s_model, RangeRow.Slopes(Context, 2));
        foreach (var loaded in new[] { ofZip, ofFolder })
        {
            Assert.AreEqual((Minimum, Maximum), (loaded.Options.PixelMinimum, loaded.Options.PixelMaximum));
            float[][] actual = Draw(loaded, RangeRow.Slopes(Context, 2));
            CollectionAssert.AreEqual(expected[0], actual[0]);
            CollectionAssert.AreEqual(expected[1], actual[1]);
        }
    }

    [TestMethod]
    [DataRow(1, SKColorType.Gray8)]
    [DataRow(4, SKColorType.Rgb888x)]
    public void Files_and_grids_show_the_minimum_black_and_the_maximum_white_and_nothing_transparent(int channels, SKColorType expected)
    {
        using var folder = new TemporaryFolder();
        var options = Options(channels: channels);
        (options.SeedColumnName, options.Sampling.Seed) = (null, 5);
        using var model = Context.Transforms.SimpleDiffusion(options).Fit(RangeRow.Slopes(Context, channels: channels));
        float[] pixels = Draw(model, RangeRow.Slopes(Context, 1, channels))[0];

        using var file = SKBitmap.Decode(model.GeneratePng(seed: 5));
        model.GenerateGrid(folder.File("grid.png"), columns: 1, rows: 1, seed: 5);
        using var grid = SKBitmap.Decode(folder.File("grid.png"));

        Assert.HasCount(channels * Area, pixels);
        for (int i = 0; i < Area; i++)
        {
            var color = file.GetPixel(i % Side, i / Side);
            byte red = Byte(pixels[i]), green = expected == SKColorType.Gray8 ? red : Byte(pixels[Area + i]), blue = expected == SKColorType.Gray8 ? red : Byte(pixels[(2 * Area) + i]);
            Assert.AreEqual(new SKColor(red, green, blue), color);

            // Each pixel is eight squared in a grid, within a gap of two.
            Assert.AreEqual(color, grid.GetPixel(2 + (8 * (i % Side)) + 3, 2 + (8 * (i / Side)) + 3));
        }

        static byte Byte(float value) => (byte)MathF.Round((value - Minimum) / (Maximum - Minimum) * 255);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void Run_that_pauses_has_the_weights_of_one_that_does_not_bit_for_bit(int pause)
    {
        using var folder = new TemporaryFolder();
        byte[] expected = Weights(Run(stopAt: null, directory: null));
        _ = Weights(Run(pause, folder.Path));

        CollectionAssert.AreEqual(expected, Weights(Run(stopAt: null, folder.Path)));

        static SimpleDiffusionOptions Run(int? stopAt, string? directory)
        {
            var options = Options(steps: 4);
            (options.Training.RandomHorizontalFlip, options.Training.StopAtStep, options.Training.CheckpointDirectory) = (true, stopAt, directory);
            return options;
        }
    }

    [TestMethod]
    public void Run_with_another_range_or_another_pixel_does_not_go_on()
    {
        using var folder = new TemporaryFolder();
        var options = Options(steps: 2);
        (options.Training.CheckpointDirectory, options.Training.StopAtStep) = (folder.Path, 1);
        _ = Weights(options);
        options.Training.StopAtStep = null;

        options.PixelMaximum = Maximum + 1;
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Weights(options)).Message, "options.pixelMaximum is 65000 there and 65001 here");
        options.PixelMaximum = Maximum;
        ushort[][] images = [.. Enumerable.Range(0, 12).Select(i => RangeRow.Slope(i))];
        images[7][9]++;
        var changed = RangeRow.View(Context, NumberDataViewType.UInt16, [1, Side, Side], images);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Context.Transforms.SimpleDiffusion(options).Fit(changed));
        StringAssert.Contains(error.Message, "its images are not the same");
        _ = Weights(options);
    }

    [TestMethod]
    [DataRow(SamplerType.Ddpm)]
    [DataRow(SamplerType.Ddim)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M)]
    public void Kept_values_come_out_to_the_bit_and_the_others_do_not(SamplerType sampler)
    {
        using var plain = s_model.WithSampling(new SamplingOptions { Sampler = sampler, Steps = 3 });
        using var filled = plain.ForInpainting("Image", "Mask");

        float[] drawn = Draw(filled, RangeRow.Slopes(Context, 4))[3];

        ushort[] image = RangeRow.Slope(3);
        for (int i = 0; i < Area; i++)
        {
            Assert.AreEqual(i % Side < 4, drawn[i] == image[i], $"value {i}");
        }
    }

    [TestMethod]
    public void Image_to_start_from_is_hardly_changed_at_the_lowest_strength()
    {
        using var variations = s_model.ForImageToImage("Image", 0.01f);

        float[] drawn = Draw(variations, RangeRow.Slopes(Context, 4))[3];

        ushort[] image = RangeRow.Slope(3);
        for (int i = 0; i < Area; i++)
        {
            Assert.AreEqual(image[i], drawn[i], 0.02f * (Maximum - Minimum), $"value {i}");
        }
    }

    [TestMethod]
    public void Image_to_start_from_outside_of_the_range_is_named_with_its_row()
    {
        using var variations = s_model.ForImageToImage("Image", 0.5f);
        var view = RangeRow.View(Context, NumberDataViewType.Single, [1, Side, Side], new float[Area], [.. Enumerable.Repeat(-501f, Area)]);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Draw(variations, view));

        StringAssert.Contains(error.Message, "Row 1 of column 'Image': cannot read the image: its value -501 in channel 0, row 0, column 0 is not within PixelMinimum (-500) to PixelMaximum (65000).");
        var wide = RangeRow.View(Context, NumberDataViewType.Single, [1, Side, 2 * Side], new float[2 * Area]);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => variations.Transform(wide)).Message, "Schema mismatch for input image column 'Image': expected pixel vector of known size");
    }

    [TestMethod]
    public void Validation_data_is_of_the_range_too()
    {
        var options = Options(steps: 1);
        using var model = Context.Transforms.SimpleDiffusion(options).Fit(RangeRow.Slopes(Context), RangeRow.Slopes(Context, 5));
        var other = RangeRow.View(Context, NumberDataViewType.UInt16, [1, Side, 2 * Side], new ushort[2 * Area]);

        Assert.IsTrue(double.IsFinite(model.History.Evaluations[0].Metrics[TrainingOptions.ValidationLossName]));
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Transforms.SimpleDiffusion(options).Fit(RangeRow.Slopes(Context), other));
        StringAssert.Contains(error.Message, "Schema mismatch for validation image column 'Image'");
    }

    [TestMethod]
    public void Grids_of_a_run_show_the_range()
    {
        using var folder = new TemporaryFolder();
        var options = Options(steps: 1);
        (options.Training.CheckpointDirectory, options.Training.SampleEverySteps) = (folder.Path, 1);

        _ = Weights(options);

        using var grid = SKBitmap.Decode(Directory.GetFiles(Path.Combine(folder.Path, "samples"), "*.png").Single());
        Assert.IsGreaterThan(8 * 64, grid.Width);
    }

    [TestMethod]
    public void Model_to_start_from_with_another_range_is_warned_of_and_one_with_the_same_is_not()
    {
        var log = new CapturedLog();
        var options = Options(steps: 1);
        using var same = log.Context.Transforms.SimpleDiffusion(options).Fit(RangeRow.Slopes(log.Context), s_model);
        Assert.IsEmpty(log.With("to start from"));

        options.PixelMinimum = 0;
        using var other = log.Context.Transforms.SimpleDiffusion(options).Fit(RangeRow.Slopes(log.Context), s_model);

        Assert.HasCount(1, log.With("The model to start from has pixels of -500 to 65000, and this run has pixels of 0 to 65000: what it has learnt of one range is taken for the other's."));
    }

    [TestMethod]
    public void Student_has_the_range_of_its_teacher()
    {
        using var student = Context.Transforms.DistillSimpleDiffusion(s_model, new DistillationOptions
        {
            SamplingSteps = 2,
            Training = { Steps = 1, BatchSize = 4 },
            Compute = { Device = ComputeDevice.Cpu, Precision = ComputePrecision.Float32 },
        }).Fit(RangeRow.Slopes(Context));

        Assert.AreEqual((Minimum, Maximum), (student.Options.PixelMinimum, student.Options.PixelMaximum));
        Assert.IsTrue(Draw(student, RangeRow.Slopes(Context, 2)).All(image => image.All(value => value is >= Minimum and <= Maximum)));
    }

    [TestMethod]
    public void Portraits_are_drawn_upright()
    {
        var options = Options(steps: 1);
        (options.ImageHeight, options.Network.PortraitFlag, options.Sampling.Portrait) = (4, true, true);
        using var model = Context.Transforms.SimpleDiffusion(options).Fit(RangeRow.View(Context, NumberDataViewType.UInt16, [1, 4, 8], new ushort[32], [.. Enumerable.Repeat((ushort)60_000, 32)]));
        using var lying = model.WithSampling(new SamplingOptions { Steps = 2 });
        using var upright = model.WithSampling(new SamplingOptions { Steps = 2, Portrait = true });
        var rows = RangeRow.Slopes(Context, 1);

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 1, 8, 4), upright.Transform(rows).Schema["GeneratedImage"].Type);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 1, 4, 8), lying.Transform(rows).Schema["GeneratedImage"].Type);
        Assert.HasCount(32, Draw(upright, rows)[0]);
    }

    [TestMethod]
    public void Network_without_finite_numbers_gives_an_error_and_no_pixels()
    {
        using var model = Context.Transforms.SimpleDiffusion(Options(steps: 1)).Fit(RangeRow.Slopes(Context));
        ((TorchGenerator)model.Model).Model.Use(trained =>
        {
            using var guard = TorchSharp.torch.no_grad();
            foreach (var (_, weight) in trained.Network.named_parameters())
            {
                weight.fill_(float.NaN);
            }

            return true;
        });

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Draw(model, RangeRow.Slopes(Context, 1)));

        StringAssert.Contains(error.Message, "The network's numbers are not finite");
    }

    [TestMethod]
    [DataRow("\"pixelMinimum\": 65000", "The option PixelMinimum must be below PixelMaximum (65000).")]
    [DataRow("\"pixelMinimum\": null", "The option PixelMaximum must be null (pixels are bytes) without PixelMinimum.")]
    public void Stored_range_that_is_none_is_told(string instead, string expected)
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("config.json");
        s_model.SaveAsSafetensors(folder.Path);
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"pixelMinimum\": -500", instead, StringComparison.Ordinal));

        var error = Assert.ThrowsExactly<FormatException>(() => SimpleDiffusionTransformer.LoadFromSafetensors(Context, folder.Path));

        StringAssert.Contains(error.Message, "The model's configuration is damaged: " + expected);
    }

    [TestMethod]
    public void Column_of_pixels_beside_the_generated_one_is_refused()
    {
        var options = Options();
        options.OutputPixelsColumnName = "Pixels";

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Transforms.SimpleDiffusion(options));

        StringAssert.Contains(error.Message, "OutputPixelsColumnName must be null with PixelMinimum and PixelMaximum, since OutputColumnName then has the pixels themselves");
    }

    private static SimpleDiffusionOptions Options(int steps = 3, int channels = 1)
    {
        var options = TinyData.Options(steps);
        (options.ConditionColumnName, options.SeedColumnName, options.Channels) = (null, "Seed", channels);
        (options.PixelMinimum, options.PixelMaximum) = (Minimum, Maximum);
        return options;
    }

    private static byte[] Weights(SimpleDiffusionOptions options)
    {
        using var model = Context.Transforms.SimpleDiffusion(options).Fit(RangeRow.Slopes(Context));
        return WeightBytes.Of(model);
    }

    private static float[][] Draw(SimpleDiffusionTransformer model, IDataView rows)
        => [.. model.Transform(rows).GetColumn<VBuffer<float>>("GeneratedImage").Select(image => image.DenseValues().ToArray())];

    private sealed class Asked
    {
        public long Seed { get; set; }
    }

    private sealed class Drawn
    {
        [VectorType(1, Side, Side)]
        public float[] GeneratedImage { get; set; } = [];
    }
}
