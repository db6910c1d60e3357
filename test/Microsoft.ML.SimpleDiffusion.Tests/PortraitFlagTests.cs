using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Training.Feed;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Models of 8×16 pixels that know portraits. Landscapes are red; portraits are green at the top and blue at the bottom.</summary>
[TestClass]
public class PortraitFlagTests
{
    private const int Height = 8;
    private const int Width = 16;

    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Portraits_are_laid_on_their_side_and_flagged_and_landscapes_are_not()
    {
        using var data = Load(Options());
        var pixels = new byte[3 * Height * Width];
        for (int i = 0; i < data.Count; i++)
        {
            data.CopyPixels(i, pixels);
            bool isPortrait = i % 2 == 1;

            Assert.AreEqual(isPortrait, data.IsPortrait(i));
            Assert.AreEqual(isPortrait ? 0 : 200, pixels[0]);

            // Turned clockwise, the green top lies at the right, the blue bottom at the left and the bright left column at the top.
            Assert.AreEqual(isPortrait ? 250 : 0, pixels[(Height * Width) + Width - 1]);
            Assert.AreEqual(isPortrait ? 250 : 0, pixels[2 * Height * Width]);
            Assert.AreEqual(isPortrait ? 200 : 0, pixels[(2 * Height * Width) - 1]);
        }
    }

    [TestMethod]
    public void Without_the_flag_portraits_are_cropped()
    {
        var options = OptionsResolver.Resolve(Options(), hasGpu: false, seed: 1);
        options.Network.PortraitFlag = false;
        using var data = Load(options);
        var builder = new BatchBuilder(data, options, NoiseSchedules.Create(options));

        using var batch = builder.Build(0, 0);

        Assert.IsFalse(data.IsPortrait(1));
        Assert.IsNull(batch.Conditions.Portrait);
    }

    [TestMethod]
    public void Mirroring_a_portrait_keeps_its_top_at_the_top()
    {
        var options = OptionsResolver.Resolve(Options(), hasGpu: false, seed: 1);
        options.Training.RandomHorizontalFlip = true;
        using var data = Load(options);
        var builder = new BatchBuilder(data, options, NoiseSchedules.Create(options));
        var seen = new HashSet<bool>();
        for (int step = 0; step < 10; step++)
        {
            using var batch = builder.Build(step, 0);
            byte[] values = batch.Pixels.data<byte>().ToArray();
            long[] portrait = batch.Conditions.Portrait!.data<long>().ToArray();
            for (int i = 0; i < portrait.Length; i++)
            {
                if (portrait[i] == 1)
                {
                    var image = values.AsSpan(i * 3 * Height * Width, 3 * Height * Width);

                    // The top lies at the right. The left column of the upright picture, which is brighter, is the top or the bottom row.
                    Assert.IsGreaterThan((byte)127, image[(Height * Width) + Width - 1]);
                    Assert.AreEqual(0, image[Height * Width]);
                    byte first = image[(Height * Width) + Width - 1], last = image[(2 * Height * Width) - 1];
                    seen.Add(first > last);
                }
            }
        }

        Assert.HasCount(2, seen);
    }

    [TestMethod]
    public void Portrait_column_makes_upright_portraits_of_what_was_learnt()
    {
        var options = Options();
        options.PortraitColumnName = "Portrait";
        options.OutputPixelsColumnName = "Pixels";
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(View());
        var rows = new[] { new Format { Portrait = false }, new Format { Portrait = true }, new Format { Portrait = true } };

        var view = model.Transform(_context.Data.LoadFromEnumerable(rows));
        var images = _context.Data.CreateEnumerable<Picture>(view, reuseRowObject: false).ToArray();

        Assert.AreEqual((Width, Height), (images[0].GeneratedImage.Width, images[0].GeneratedImage.Height));
        Assert.AreEqual((Height, Width), (images[1].GeneratedImage.Width, images[1].GeneratedImage.Height));
        AssertColour(images[0], row: 2, channel: 0);
        AssertColour(images[0], row: Height - 3, channel: 0);
        foreach (var portrait in images[1..])
        {
            AssertColour(portrait, row: 2, channel: 1);
            AssertColour(portrait, row: Width - 3, channel: 2);
        }

        // The pixels are in the order of the image's own height and width.
        float[] pixels = view.GetColumn<float[]>("Pixels").ElementAt(1);
        Assert.AreEqual(images[1].GeneratedImage.Pixels[4 * 3], pixels[3]);
        CollectionAssert.AreEqual(new[] { 3, 0, 0 }, ((VectorDataViewType)view.Schema["Pixels"].Type).Dimensions.ToArray());
    }

    [TestMethod]
    public void Prediction_engine_and_saved_model_know_portraits()
    {
        var options = Options();
        options.PortraitColumnName = "Portrait";
        options.Training.Steps = 1;
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(View());
        using var stream = new MemoryStream();
        _context.Model.Save(model, null, stream);
        stream.Position = 0;
        using var loaded = (SimpleDiffusionTransformer)new MLContext().Model.Load(stream, out _);
        using var engine = _context.Model.CreatePredictionEngine<Format, Picture>(loaded);

        Assert.AreEqual(Width, engine.Predict(new Format { Portrait = false }).GeneratedImage.Width);
        Assert.AreEqual(Height, engine.Predict(new Format { Portrait = true }).GeneratedImage.Width);
        CollectionAssert.AreEqual(WeightBytes.Of(model), WeightBytes.Of(loaded));
    }

    [TestMethod]
    public void Sampling_option_makes_all_portraits_of_a_known_size()
    {
        var options = Options();
        options.Training.Steps = 1;
        options.OutputPixelsColumnName = "Pixels";
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(View());
        using var portraits = model.WithSampling(new SamplingOptions { Steps = 2, Portrait = true });

        var view = portraits.Transform(_context.Data.LoadFromEnumerable(new[] { new Format() }));

        var type = (Transforms.Image.ImageDataViewType)view.Schema["GeneratedImage"].Type;
        Assert.AreEqual((Width, Height), (type.Height, type.Width));
        CollectionAssert.AreEqual(new[] { 3, Width, Height }, ((VectorDataViewType)view.Schema["Pixels"].Type).Dimensions.ToArray());
        Assert.AreEqual(Width, view.GetColumn<MLImage>("GeneratedImage").Single().Height);
    }

    [TestMethod]
    public void Portraits_start_from_upright_images()
    {
        var options = Options();
        options.Training.Steps = 1;
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(View());
        using var portraits = model.WithSampling(new SamplingOptions { Steps = 2, Portrait = true });
        using var transformer = portraits.ForImageToImage("Image", 0.001f);
        var rows = _context.Data.LoadFromEnumerable(new[] { new ImageRow { Image = PortraitPicture() } });

        var image = transformer.Transform(rows).GetColumn<MLImage>("GeneratedImage").Single();

        Assert.AreEqual((Height, Width), (image.Width, image.Height));
        Assert.AreEqual(200, image.Pixels[(4 * 7) + 1], 6);
        Assert.AreEqual(200, image.Pixels[^2], 6);
        Assert.AreEqual(0, image.Pixels[^3], 6);
    }

    [TestMethod]
    public void Weights_of_the_flag_are_those_of_the_docs()
    {
        var options = OptionsResolver.Resolve(Options(), hasGpu: false, seed: 1);
        var specification = NetworkSpecification.Create(options, classCount: 0);
        using var network = DenoisingNetwork.Create(specification, -15, 15, TorchSharp.torch.CPU);

        var flag = network.named_parameters().Single(p => p.name == "embedding.portrait.weight").parameter;

        CollectionAssert.AreEqual(new long[] { 2, specification.EmbeddingChannels }, flag.shape);
        Assert.AreEqual(network.parameters().Sum(p => p.numel()), NetworkPlan.Of(specification).ParameterCount);
    }

    [TestMethod]
    [DataRow("Network.PortraitFlag", "square")]
    [DataRow("PortraitColumnName", "column")]
    [DataRow("Sampling.Portrait", "sampling")]
    public void Portraits_of_a_model_that_cannot_know_them_are_refused(string option, string mistake)
    {
        var options = Options();
        options.Network.PortraitFlag = mistake == "square";
        options.ImageWidth = mistake == "square" ? Height : Width;
        options.PortraitColumnName = mistake == "column" ? "Portrait" : null;
        options.Sampling.Portrait = mistake == "sampling";

        Assert.AreEqual(option, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.SimpleDiffusion(options)).ParamName);
    }

    [TestMethod]
    public void Portrait_column_of_another_type_is_named()
    {
        var options = Options();
        options.PortraitColumnName = "Portrait";
        options.Training.Steps = 1;
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(View());

        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Transform(_context.Data.LoadFromEnumerable(new[] { new { X = 1 } })));
        var wrong = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Transform(_context.Data.LoadFromEnumerable(new[] { new { Portrait = 1f } })));

        StringAssert.Contains(missing.Message, "Could not find portrait column 'Portrait'");
        StringAssert.Contains(wrong.Message, "Schema mismatch for portrait column 'Portrait': expected Boolean, got Single");
    }

    private static SimpleDiffusionOptions Options()
    {
        var options = TinyData.Options(steps: 120);
        options.ConditionColumnName = null;
        options.ImageHeight = Height;
        options.ImageWidth = Width;
        options.Network.PortraitFlag = true;
        options.Training.LearningRate = 1e-2;
        options.Diffusion.NoiseResolution = Height;
        options.Sampling.Sampler = SamplerType.DpmSolverPlusPlus2M;
        options.Sampling.Steps = 8;
        return options;
    }

    private static void AssertColour(Picture picture, int row, int channel)
    {
        var image = picture.GeneratedImage;
        var pixels = image.Pixels.Slice(4 * image.Width * row, 4 * image.Width);
        for (int other = 0; other < 3; other++)
        {
            int sum = 0;
            for (int x = 0; x < image.Width; x++)
            {
                sum += pixels[(4 * x) + other];
            }

            Assert.AreEqual(other == channel, sum / image.Width > 100, $"channel {other} of row {row} is {sum / image.Width}");
        }
    }

    private static MLImage LandscapePicture() => Draw(Width, Height, (_, _) => (200, 0, 0));

    /// <summary>Green above, blue below, the left column brighter than the rest.</summary>
    private static MLImage PortraitPicture() => Draw(Height, Width, (x, y) =>
    {
        byte value = (byte)(x == 0 ? 250 : 200);
        return y < Width / 2 ? ((byte)0, value, (byte)0) : ((byte)0, (byte)0, value);
    });

    private static MLImage Draw(int width, int height, Func<int, int, (byte R, byte G, byte B)> colour)
    {
        var pixels = new byte[4 * width * height];
        for (int i = 0; i < width * height; i++)
        {
            (pixels[4 * i], pixels[(4 * i) + 1], pixels[(4 * i) + 2]) = colour(i % width, i / width);
            pixels[(4 * i) + 3] = 255;
        }

        return MLImage.CreateFromPixels(width, height, MLPixelFormat.Rgba32, pixels);
    }

    private IDataView View()
        => _context.Data.LoadFromEnumerable(Enumerable.Range(0, 8).Select(i => new ImageRow { Image = i % 2 == 0 ? LandscapePicture() : PortraitPicture() }));

    private ImageDataset Load(SimpleDiffusionOptions options)
        => ImageDataset.Load(View(), options, ConditionDescription.None, _ => { }, long.MaxValue, CancellationToken.None);

    private sealed class ImageRow
    {
        [Transforms.Image.ImageType(Height, Width)]
        public MLImage Image { get; set; } = null!;
    }

    private sealed class Format
    {
        public bool Portrait { get; set; }
    }

    private sealed class Picture
    {
        // ML.NET wants a size here, and takes images of any size.
        [Transforms.Image.ImageType(Height, Width)]
        public MLImage GeneratedImage { get; set; } = null!;
    }
}
