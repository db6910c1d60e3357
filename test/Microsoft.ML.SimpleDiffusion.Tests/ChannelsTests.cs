using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Models of pictures with transparency, and of pixels with more channels than pictures have.</summary>
[TestClass]
public class ChannelsTests
{
    private const int Area = TinyData.Side * TinyData.Side;

    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(4)]
    [DataRow(7)]
    [DataRow(16)]
    public void Model_of_any_channels_is_trained_saved_loaded_and_draws(int channels)
    {
        using var folder = new TemporaryFolder();
        using var model = _context.Transforms.SimpleDiffusion(Options(channels)).Fit(View(channels, transparent: true));
        model.SaveAsSafetensors(folder.Path);
        using var loaded = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.Path);

        float[] pixels = Draw(model).Pixels;
        Assert.HasCount(channels * Area, pixels);
        Assert.IsTrue(pixels.All(value => value is >= 0 and <= 255));
        CollectionAssert.AreEqual(pixels, Draw(loaded).Pixels);
    }

    [TestMethod]
    public void Generated_image_vector_and_file_of_a_transparent_model_are_the_same_picture()
    {
        var options = Options(4, steps: 60);
        (options.SeedColumnName, options.Sampling.Seed) = (null, 3);
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(View(4, transparent: true));

        var (vector, premultiplied) = Draw(model);
        using var file = SKBitmap.Decode(model.GeneratePng("red", seed: 3), new SKImageInfo(TinyData.Side, TinyData.Side, SKColorType.Rgba8888, SKAlphaType.Premul));
        CollectionAssert.AreEqual(premultiplied, file.Bytes);
        for (int i = 0; i < Area; i++)
        {
            Assert.AreEqual(vector[(3 * Area) + i], premultiplied[(4 * i) + 3]);
            Assert.IsLessThanOrEqualTo(1, Math.Abs((vector[i] * premultiplied[(4 * i) + 3] / 255) - premultiplied[4 * i]));
        }

        Assert.IsGreaterThan(1, Enumerable.Range(0, Area).Select(i => vector[(3 * Area) + i]).Distinct().Count());
    }

    [TestMethod]
    public void Transparent_picture_to_start_from_stays_the_same_at_the_lowest_strength()
    {
        using var model = _context.Transforms.SimpleDiffusion(Options(4)).Fit(View(4, transparent: true));
        using var variations = model.ForImageToImage("Image", 0.01f);

        float[] start = [.. Row(0, 4, transparent: true).Image.Select(value => (float)value)];
        float[] drawn = variations.Transform(View(4, transparent: true)).GetColumn<VBuffer<float>>("Pixels").First().DenseValues().ToArray();

        Assert.HasCount(start.Length, drawn);
    }

    [TestMethod]
    public void Alpha_is_not_asked_of_pictures_that_have_none()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _context.Transforms.SimpleDiffusion(Options(4)).Fit(View(4, transparent: false)));

        StringAssert.Contains(error.Message, "Channels is 4 (RGBA), but none of the 12 images of column 'Image' has a transparent pixel: 3 would be right.");
    }

    [TestMethod]
    [DataRow(4, 3, "pixel vector [channels, height, width] of Byte or Single with 4 channels")]
    [DataRow(5, 3, "pixel vector [channels, height, width] of Byte or Single with 5 channels, since pictures have 1, 3 or 4")]
    public void Vectors_of_other_channels_are_refused(int asked, int given, string expected)
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.SimpleDiffusion(Options(asked)).Fit(View(given, transparent: true)));

        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void Files_have_no_more_channels_than_pictures()
    {
        var paths = _context.Data.LoadFromEnumerable([new { Image = "a.png", Label = "red" }]);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.SimpleDiffusion(Options(5)).Fit(paths));

        StringAssert.Contains(error.Message, "with 5 channels, since pictures have 1, 3 or 4");
    }

    private static SimpleDiffusionOptions Options(int channels, int steps = 2)
    {
        var options = TinyData.Options(steps);
        (options.Channels, options.OutputPixelsColumnName, options.SeedColumnName) = (channels, "Pixels", "Seed");
        return options;
    }

    private static Wide Row(int i, int channels, bool transparent) => new()
    {
        Image = [.. Enumerable.Range(0, channels * Area).Select(k => (byte)(k / Area == 3 ? (transparent ? 255 * ((k / 8) + i) % 256 : 255) : (17 * k) + (40 * i)))],
        Label = TinyData.Labels[i % 3],
    };

    private static (float[] Pixels, byte[] Image) Draw(SimpleDiffusionTransformer model)
    {
        var context = new MLContext(1);
        var drawn = model.Transform(context.Data.LoadFromEnumerable([new Wide { Label = "red", Seed = 3, Image = new byte[model.Options.Channels * Area] }], Schema(model.Options.Channels)));
        using var image = drawn.GetColumn<MLImage>("GeneratedImage").First();
        return (drawn.GetColumn<VBuffer<float>>("Pixels").First().DenseValues().ToArray(), image.Pixels.ToArray());
    }

    private static SchemaDefinition Schema(int channels)
    {
        var schema = SchemaDefinition.Create(typeof(Wide));
        schema["Image"].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, channels, TinyData.Side, TinyData.Side);
        return schema;
    }

    private IDataView View(int channels, bool transparent)
        => _context.Data.LoadFromEnumerable(Enumerable.Range(0, 12).Select(i => Row(i, channels, transparent)), Schema(channels));

    private sealed class Wide
    {
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = string.Empty;

        public long Seed { get; set; }
    }
}
