using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Imaging;

[TestClass]
public class ImageColumnTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Image_that_does_not_exist_is_named_with_its_row()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Paths().Fit(_context.Data.LoadFromEnumerable(new[] { new { Image = "/no/such/file.png" } })));

        StringAssert.Contains(error.Message, "Row 0");
        StringAssert.Contains(error.Message, "'/no/such/file.png': there is no such file");
    }

    [TestMethod]
    public void Garbage_is_named_or_skipped_as_the_option_says()
    {
        using var folder = new TemporaryFolder();
        string garbage = folder.File("a.png"), empty = folder.File("b.png");
        File.WriteAllText(garbage, "no picture");
        File.WriteAllText(empty, string.Empty);
        var data = _context.Data.LoadFromEnumerable(new[] { new { Image = garbage }, new { Image = empty }, new { Image = folder.Path } });

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Paths().Fit(data));
        var none = Assert.ThrowsExactly<InvalidOperationException>(() => Paths(CorruptImageHandling.Skip).Fit(data));

        StringAssert.Contains(error.Message, "not an image");
        StringAssert.Contains(none.Message, "None of the 3 images");
    }

    [TestMethod]
    public void Pixel_vector_of_another_length_than_its_type_says_is_named_with_its_row()
    {
        var bytes = TinyData.Rows(2).Select(row => new ByteRow { Image = row.Image }).Append(new ByteRow { Image = [1, 2, 3] });
        var floats = new[] { new FloatRow { Image = new float[193] } };

        var tooShort = Assert.ThrowsExactly<InvalidOperationException>(() => Paths().Fit(_context.Data.LoadFromEnumerable(bytes)));
        var tooLong = Assert.ThrowsExactly<InvalidOperationException>(() => Paths().Fit(_context.Data.LoadFromEnumerable(floats)));

        StringAssert.Contains(tooShort.Message, "Row 2");
        StringAssert.Contains(tooShort.Message, "it has 3 pixel values where [3, 8, 8] are 192");
        StringAssert.Contains(tooLong.Message, "it has 193 pixel values where [3, 8, 8] are 192");
    }

    [TestMethod]
    public void Images_paths_files_and_pixel_vectors_of_both_types_train_the_same_model()
    {
        using var folder = new TemporaryFolder();
        byte[][] pictures = TinyData.Rows(6).Select(row => row.Image).ToArray();
        var size = new SimpleDiffusion.Data.Imaging.ImageSize(3, TinyData.Side, TinyData.Side);
        var images = Array.ConvertAll(pictures, pixels => SimpleDiffusion.Data.Imaging.ImageEncoder.ToMLImage(pixels, size));
        string[] paths = Enumerable.Range(0, pictures.Length).Select(i => folder.File($"{i}.png")).ToArray();
        for (int i = 0; i < paths.Length; i++)
        {
            images[i].Save(paths[i]);
        }

        byte[] ofBytes = Trained(pictures.Select(pixels => new ByteRow { Image = pixels }));
        byte[] ofFloats = Trained(pictures.Select(pixels => new FloatRow { Image = Array.ConvertAll(pixels, b => (float)b) }));
        byte[] ofPaths = Trained(paths.Select(path => new { Image = path }));
        byte[] ofFiles = Trained(paths.Select(path => new FileRow { Image = File.ReadAllBytes(path) }));
        byte[] ofImages = Trained(images.Select(image => new ImageRow { Image = image }));

        CollectionAssert.AreEqual(ofBytes, ofFloats);
        CollectionAssert.AreEqual(ofBytes, ofPaths);
        CollectionAssert.AreEqual(ofBytes, ofFiles);
        CollectionAssert.AreEqual(ofBytes, ofImages);

        byte[] Trained<TRow>(IEnumerable<TRow> rows)
            where TRow : class
        {
            var options = TinyData.Options(steps: 2);
            options.ConditionColumnName = null;
            using var model = _context.Transforms.SimpleDiffusion(options).Fit(_context.Data.LoadFromEnumerable(rows));
            return WeightBytes.Of(model);
        }
    }

    [TestMethod]
    public void Image_files_of_every_format_are_read_from_their_bytes()
    {
        using var bitmap = new SKBitmap(TinyData.Side, TinyData.Side);
        bitmap.Erase(SKColors.Red);
        byte[][] files =
        [
            Encoded(SKEncodedImageFormat.Png), Encoded(SKEncodedImageFormat.Jpeg), Encoded(SKEncodedImageFormat.Webp),
            Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), Bmp(),
        ];

        using var model = Paths().Fit(_context.Data.LoadFromEnumerable(files.Select(file => new FileRow { Image = file })));

        Assert.IsGreaterThan(0, model.ParameterCount);

        byte[] Encoded(SKEncodedImageFormat format)
        {
            using var data = bitmap.Encode(format, quality: 90);
            return data.ToArray();
        }

        // One red pixel: file header, information header, blue, green, red, padding.
        static byte[] Bmp()
        {
            var file = new byte[58];
            "BM"u8.CopyTo(file);
            (file[2], file[10], file[14], file[18], file[22], file[26], file[28], file[56]) = (58, 54, 40, 1, 1, 1, 24, 255);
            return file;
        }
    }

    [TestMethod]
    public void Bytes_that_are_no_image_file_are_named_with_their_row()
    {
        using var bitmap = new SKBitmap(TinyData.Side, TinyData.Side);
        using var good = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        var rows = new[] { new FileRow { Image = good.ToArray() }, new FileRow { Image = [1, 2, 3] }, new FileRow() };

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Paths().Fit(_context.Data.LoadFromEnumerable(rows)));
        using var rest = Paths(CorruptImageHandling.Skip).Fit(_context.Data.LoadFromEnumerable(rows));

        StringAssert.Contains(error.Message, "Row 1: cannot read the image: it is not an image");
    }

    [TestMethod]
    public void Vector_of_floats_of_variable_size_is_refused()
    {
        var rows = new[] { new { Image = new float[3] } };

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Paths().Fit(_context.Data.LoadFromEnumerable(rows)));

        StringAssert.Contains(error.Message, "expected image, file path, image file (Byte vector of variable size)");
    }

    [TestMethod]
    public void Pixel_that_is_not_a_number_is_named_with_its_row()
    {
        var options = TinyData.Options();
        options.ConditionColumnName = null;
        var rows = new[] { new FloatRow(), new FloatRow() };
        rows[1].Image[5] = float.NaN;

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _context.Transforms.SimpleDiffusion(options).Fit(_context.Data.LoadFromEnumerable(rows)));

        StringAssert.Contains(error.Message, "Row 1");
        StringAssert.Contains(error.Message, "not a number");
    }

    private SimpleDiffusionEstimator Paths(CorruptImageHandling handling = CorruptImageHandling.Fail)
    {
        var options = TinyData.Options();
        options.ConditionColumnName = null;
        options.Training.CorruptImages = handling;
        return _context.Transforms.SimpleDiffusion(options);
    }

    private sealed class ByteRow
    {
        [VectorType(3, TinyData.Side, TinyData.Side)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class FileRow
    {
        public byte[] Image { get; set; } = [];
    }

    private sealed class FloatRow
    {
        [VectorType(3, TinyData.Side, TinyData.Side)]
        public float[] Image { get; set; } = new float[3 * TinyData.Side * TinyData.Side];
    }

    private sealed class ImageRow
    {
        [Microsoft.ML.Transforms.Image.ImageType(TinyData.Side, TinyData.Side)]
        public MLImage Image { get; set; } = null!;
    }
}
