using System.Numerics;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Imaging;

/// <summary>Pixels of a stated range on their way into memory.</summary>
[TestClass]
public class RangeColumnTests
{
    private const int Side = RangeRow.Side;

    private readonly MLContext _context = new(1);
    private readonly List<string> _log = [];

    [TestMethod]
    [DataRow(long.MaxValue)]
    [DataRow(300L)]
    [DataRow(0L)]
    public void Values_of_every_type_are_held_to_the_bit_in_memory_and_in_the_file(long memoryBudget)
    {
        AssertHeld<byte>(NumberDataViewType.Byte, memoryBudget, i => (byte)(3 * i));
        AssertHeld<sbyte>(NumberDataViewType.SByte, memoryBudget, i => (sbyte)(i - 90));
        AssertHeld<short>(NumberDataViewType.Int16, memoryBudget, i => (short)((i * 511) - 32_768));
        AssertHeld<ushort>(NumberDataViewType.UInt16, memoryBudget, i => (ushort)(65_535 - (i * 509)));
        AssertHeld<float>(NumberDataViewType.Single, memoryBudget, i => MathF.Sin(i) * 1e-3f);
    }

    [TestMethod]
    public void Vector_without_inner_dimensions_has_the_pixels_in_the_same_order()
    {
        ushort[] image = RangeRow.Slope(3, channels: 2);
        using var data = Load(RangeRow.View(_context, NumberDataViewType.UInt16, [image.Length], image), Options(0, 65_535, channels: 2));

        CollectionAssert.AreEqual(Array.ConvertAll(image, value => (float)value), Pixels(data, 0));
    }

    [TestMethod]
    public void Four_channels_are_no_transparency()
    {
        ushort[] image = RangeRow.Slope(1, channels: 4);
        using var data = Load(RangeRow.View(_context, NumberDataViewType.UInt16, [4, Side, Side], image), Options(0, 65_535, channels: 4));

        CollectionAssert.AreEqual(Array.ConvertAll(image, value => (float)value), Pixels(data, 0));
        Assert.IsFalse(data.HasAlpha);
        Assert.IsTrue(data.IsOpaque);
    }

    [TestMethod]
    [DataRow(9000.5f, "its value 9000.5 in channel 1, row 2, column 3 is not within PixelMinimum (-100) to PixelMaximum (9000)")]
    [DataRow(-101f, "its value -101 in channel 1, row 2, column 3")]
    [DataRow(float.NaN, "its value NaN in")]
    [DataRow(float.PositiveInfinity, "its value Infinity in")]
    [DataRow(float.NegativeInfinity, "its value -Infinity in")]
    public void Value_out_of_range_is_named_with_its_row_and_place(float value, string expected)
    {
        float[] good = new float[2 * RangeRow.Area], bad = new float[2 * RangeRow.Area];
        good[0] = 9000;
        bad[RangeRow.Area + (2 * Side) + 3] = value;
        var view = RangeRow.View(_context, NumberDataViewType.Single, [2, Side, Side], good, bad);
        var options = Options(-100, 9000, channels: 2);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Load(view, options));

        StringAssert.Contains(error.Message, "Row 1: cannot read the image: " + expected);
        StringAssert.Contains(error.Message, "set Training.CorruptImages to Skip");

        options.Training.CorruptImages = CorruptImageHandling.Skip;
        using var data = Load(view, options);
        Assert.AreEqual((1, 1), (data.Count, data.SkippedCount));
        CollectionAssert.AreEqual(good, Pixels(data, 0));
        StringAssert.Contains(_log[0], expected);
    }

    [TestMethod]
    public void Array_of_another_length_than_its_column_is_named_with_its_row()
    {
        var view = RangeRow.View(_context, NumberDataViewType.UInt16, [1, Side, Side], new ushort[RangeRow.Area], new ushort[3]);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Load(view, Options(0, 65_535)));

        StringAssert.Contains(error.Message, "Row 1: cannot read the image: it has 3 pixel values where [1, 8, 8] are 64.");
    }

    [TestMethod]
    public void Other_sizes_and_types_are_refused_since_nothing_is_resized_or_rounded()
    {
        const string Expected = "pixel vector of known size of Byte, SByte, Int16, UInt16 or Single with dimensions [1, 8, 8], since values of PixelMinimum to PixelMaximum are neither resized nor rounded";
        IDataView[] views =
        [
            RangeRow.View(_context, NumberDataViewType.UInt16, [1, Side, 2 * Side], new ushort[2 * RangeRow.Area]),
            RangeRow.View(_context, NumberDataViewType.UInt16, [3, Side, Side], new ushort[3 * RangeRow.Area]),
            RangeRow.View(_context, NumberDataViewType.UInt16, [RangeRow.Area + 1], new ushort[RangeRow.Area + 1]),
            RangeRow.View(_context, NumberDataViewType.Double, [1, Side, Side], new double[RangeRow.Area]),
            RangeRow.View(_context, NumberDataViewType.Int32, [1, Side, Side], new int[RangeRow.Area]),
            RangeRow.View(_context, NumberDataViewType.UInt16, [], new ushort[RangeRow.Area]),
        ];
        foreach (var view in views)
        {
            var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Load(view, Options(0, 65_535)));
            StringAssert.Contains(error.Message, $"Schema mismatch for image column 'Image': expected {Expected}, got {view.Schema["Image"].Type}");
        }

        foreach (var view in views[3..])
        {
            var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
                () => ImageColumn.Check(SchemaShapes.Of(view.Schema), "Image", PixelFormat.Of(Options(0, 65_535))));
            StringAssert.Contains(error.Message, "expected pixel vector of known size of Byte, SByte, Int16, UInt16 or Single, since PixelMinimum and PixelMaximum are set, got ");
        }

        ImageColumn.Check(SchemaShapes.Of(views[0].Schema), "Image", PixelFormat.Of(Options(0, 65_535)));
    }

    [TestMethod]
    public void Paths_are_refused()
    {
        var paths = _context.Data.LoadFromEnumerable([new { Image = "a.png" }]);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Load(paths, Options(0, 65_535)));

        StringAssert.Contains(error.Message, "Schema mismatch for image column 'Image': expected pixel vector of known size");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Load(paths, Options(0, 1), "Heights")).Message, "Could not find image column 'Heights'");
    }

    [TestMethod]
    public void Portrait_lies_on_its_side_and_a_landscape_does_not()
    {
        var options = Options(0, 65_535, channels: 2);
        (options.ImageHeight, options.ImageWidth, options.Network.PortraitFlag) = (2, 3, true);
        ushort[] image = [1, 2, 3, 4, 5, 6, 700, 800, 900, 1000, 1100, 1200];
        using var portrait = Load(RangeRow.View(_context, NumberDataViewType.UInt16, [2, 3, 2], image), options);
        using var landscape = Load(RangeRow.View(_context, NumberDataViewType.UInt16, [2, 2, 3], image), options);

        Assert.IsTrue(portrait.IsPortrait(0));
        CollectionAssert.AreEqual(new float[] { 5, 3, 1, 6, 4, 2, 1100, 900, 700, 1200, 1000, 800 }, Pixels(portrait, 0));
        Assert.IsFalse(landscape.IsPortrait(0));
        CollectionAssert.AreEqual(Array.ConvertAll(image, value => (float)value), Pixels(landscape, 0));

        var (record, size) = (new byte[landscape.Pixels.RecordLength(landscape.Size)], landscape.Size);
        landscape.CopyPixels(0, record);
        CollectionAssert.AreEqual(record, QuarterTurn.Counterclockwise(QuarterTurn.Clockwise(record, size, landscape.Pixels), size.Transposed, landscape.Pixels));
    }

    [TestMethod]
    public void Another_pixel_or_another_range_is_other_data()
    {
        ushort[] changed = RangeRow.Slope(1);
        changed[^1]++;
        string[] images =
        [
            Digest([RangeRow.Slope(0), RangeRow.Slope(1)], Options(0, 65_535)),
            Digest([RangeRow.Slope(0), changed], Options(0, 65_535)),
            Digest([RangeRow.Slope(0), RangeRow.Slope(1)], Options(0, 65_534)),
            Digest([RangeRow.Slope(0), RangeRow.Slope(1)], Options(-1, 65_535)),
        ];

        CollectionAssert.AllItemsAreUnique(images);
        Assert.AreEqual(images[0], Digest([RangeRow.Slope(0), RangeRow.Slope(1)], Options(0, 65_535)));

        // What is held is what counts, not what it came as.
        using var single = Load(
            RangeRow.View(_context, NumberDataViewType.Single, [1, Side, Side], [.. new[] { 0, 1 }.Select(i => Array.ConvertAll(RangeRow.Slope(i), value => (float)value))]), Options(0, 65_535));
        Assert.AreEqual(images[0], single.Digest.Images);

        string Digest(ushort[][] rows, SimpleDiffusionOptions options)
        {
            using var data = Load(RangeRow.View(_context, NumberDataViewType.UInt16, [1, Side, Side], rows), options);
            return data.Digest.Images;
        }
    }

    [TestMethod]
    [DataRow(65_535f, null)]
    [DataRow(240_000f, null)]
    [DataRow(1e6f, "The pixels of image column 'Image' lie between 1000 and 6.1E+04, a small part of PixelMinimum to PixelMaximum (0 to 1000000), so that there is next to nothing to see")]
    public void Range_of_which_little_is_used_is_warned_of(float maximum, string? expected)
    {
        ushort[] ends = [.. RangeRow.Slope(0)];
        (ends[0], ends[1]) = (1000, 61_000);
        using var data = Load(RangeRow.View(_context, NumberDataViewType.UInt16, [1, Side, Side], ends, RangeRow.Slope(1)), Options(0, maximum));

        if (expected is null)
        {
            Assert.IsNull(data.PixelWarning);
        }
        else
        {
            StringAssert.Contains(data.PixelWarning, expected);
        }
    }

    [TestMethod]
    public void Column_of_a_stated_range_is_no_column_of_pictures()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Image", new VectorDataViewType(NumberDataViewType.Single, 1, Side, Side), RangeColumn.Annotate(PixelFormat.Of(Options(-100, 9000))));

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ImageColumn.Find(builder.ToSchema(), "image", "Image", channels: 1));

        StringAssert.Contains(error.Message, "expected pixels of 0 to 255, as pictures have them, got Vector<Single, 1, 8, 8> with pixels of -100 to 9000");
    }

    private static SimpleDiffusionOptions Options(float minimum, float maximum, int channels = 1)
        => new() { ImageHeight = Side, ImageWidth = Side, Channels = channels, PixelMinimum = minimum, PixelMaximum = maximum };

    private static float[] Pixels(ImageDataset data, int index)
    {
        var record = new byte[data.Pixels.RecordLength(data.Size)];
        data.CopyPixels(index, record);
        return PixelFormat.Floats(record.AsSpan()).ToArray();
    }

    private ImageDataset Load(IDataView view, SimpleDiffusionOptions options, string column = "Image", long memoryBudget = long.MaxValue)
    {
        options.ImageColumnName = column;
        return ImageDataset.Load(view, options, ConditionDescription.None, _log.Add, memoryBudget, CancellationToken.None);
    }

    private void AssertHeld<T>(PrimitiveDataViewType type, long memoryBudget, Func<int, T> value)
        where T : INumberBase<T>
    {
        T[][] images = [.. new[] { 0, 1, 2 }.Select(image => Enumerable.Range(0, RangeRow.Area).Select(i => value(i + image)).ToArray())];
        float[] all = [.. images.SelectMany(image => image).Select(float.CreateChecked)];
        using var data = Load(RangeRow.View(_context, type, [1, Side, Side], images), Options(all.Min(), all.Max()), memoryBudget: memoryBudget);
        for (int i = 0; i < images.Length; i++)
        {
            CollectionAssert.AreEqual(Array.ConvertAll(images[i], float.CreateChecked), Pixels(data, i));
        }
    }
}
