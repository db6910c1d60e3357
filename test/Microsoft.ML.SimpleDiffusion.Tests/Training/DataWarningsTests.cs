using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training;

/// <summary>Data that trains without an error, and hardly what is meant.</summary>
[TestClass]
public class DataWarningsTests
{
    private const int Length = 3 * TinyData.Side * TinyData.Side;

    private readonly CapturedLog _log = new();

    [TestMethod]
    [DataRow(0f, 1f, "lie between 0 and 1, but are read as 0 (black) to 255 (white), so that all images are all but black: multiply by 255.")]
    [DataRow(-1f, 1f, "lie between -1 and 1, but are read as 0 (black) to 255 (white), so that all images are all but black: add 1 and multiply by 127.5.")]
    [DataRow(0f, 65535f, "lie outside 0 (black) to 255 (white) and are cut off, since there are values from 0 to 6.554E+04: divide by 257.")]
    [DataRow(-2.1f, 2.6f, "lie outside 0 (black) to 255 (white) and are cut off, since there are values from -2.1 to 2.6: scale them to that range.")]
    [DataRow(0f, 15f, "All pixels of all images of column 'Image' lie between 0 and 15, where 0 is black and 255 white")]
    public void Pixel_vectors_of_another_range_are_told(float lowest, float highest, string expected)
    {
        Fit(Enumerable.Range(0, 6).Select(i => Ramp(lowest, highest)));

        Assert.HasCount(1, _log.With(expected));
    }

    [TestMethod]
    [DataRow(0f, 255f)]
    [DataRow(-0.4f, 255.4f)]
    [DataRow(0f, 0f, true)]
    public void Pixel_vectors_of_the_right_range_are_not(float lowest, float highest, bool besideOthers = false)
    {
        Fit([Ramp(lowest, highest), .. besideOthers ? [Ramp(0, 255)] : Array.Empty<FloatRow>()]);

        Assert.IsEmpty(_log.With("(white)"));
        Assert.IsEmpty(_log.With("255 white"));
    }

    [TestMethod]
    public void Overshoot_of_a_sharp_filter_is_not_told()
    {
        var row = Ramp(0, 255);
        row.Image[7] = 300;

        Fit([row]);

        Assert.IsEmpty(_log.With("(white)"));
    }

    [TestMethod]
    public void Some_pixel_vectors_of_another_range_are_counted()
    {
        Fit([Ramp(0, 255), Ramp(0, 1), Ramp(0, 255), Ramp(-1, 1)]);

        Assert.HasCount(1, _log.With("2 of 4 images of column 'Image' have no pixel above 1"));
    }

    [TestMethod]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NegativeInfinity)]
    public void Pixel_that_is_infinite_is_named_with_its_row(float value)
    {
        var odd = Ramp(0, 255);
        odd.Image[3] = value;

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit([Ramp(0, 255), odd]));

        StringAssert.Contains(error.Message, "Row 1: cannot read the image: it has a pixel that is infinite.");
    }

    [TestMethod]
    public void Files_of_16_bits_with_12_in_use_are_told()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("deep.png");
        File.WriteAllBytes(path, OddImages.DeepPng(TinyData.Side, red: 4095, green: 1000, blue: 0));

        Fit(new[] { new { Image = path } });

        Assert.HasCount(1, _log.With("All pixels of all images of column 'Image' lie between 0 and 1"));
    }

    [TestMethod]
    public void Rows_without_a_class_and_classes_without_an_image_are_counted()
    {
        Fit(TinyData.Keyed(_log.Context, TinyData.Rows(12), ["red", "green", "pink", "grey"]), "Label");

        Assert.HasCount(1, _log.With("4 of 12 rows of condition column 'Label' have no class, and are images of nothing in particular: a key is missing where the value was empty, or is one that MapValueToKey was not fitted on."));
        Assert.HasCount(1, _log.With("2 of 4 classes of condition column 'Label' have no image, so the model cannot learn them: 'pink', 'grey'."));
    }

    [TestMethod]
    public void Validation_rows_without_a_class_are_counted_and_absent_classes_are_not()
    {
        var options = TinyData.Options(steps: 1);
        var validation = TinyData.Rows(2).Append(new TinyRow { Image = TinyData.Rows(1).Single().Image });

        _log.Context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_log.Context), TinyData.Keyed(_log.Context, validation, TinyData.Labels)).Dispose();

        Assert.HasCount(1, _log.With("Validation data: 1 of 3 rows of condition column 'Label' have no class"));
        Assert.IsEmpty(_log.With("have no image"));
    }

    [TestMethod]
    [DataRow(true, "All 12 rows of condition column 'Label' have no class: a key is missing")]
    [DataRow(false, "All 12 rows of condition column 'Label' have no caption: the text is empty")]
    public void Data_in_which_no_row_has_a_condition_is_refused(bool isKey, string expected)
    {
        var rows = TinyData.Rows(12).Select(row => new TinyRow { Image = row.Image });
        var data = isKey ? TinyData.Keyed(_log.Context, rows, TinyData.Labels) : _log.Context.Data.LoadFromEnumerable(rows);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(data, "Label"));

        StringAssert.Contains(error.Message, expected);
        StringAssert.Contains(error.Message, "For a model without condition, set ConditionColumnName to null.");
    }

    [TestMethod]
    public void Keys_that_were_made_of_empty_labels_alone_are_refused()
    {
        var rows = _log.Context.Data.LoadFromEnumerable(TinyData.Rows(12).Select(row => new TinyRow { Image = row.Image }));

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(_log.Context.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows), "Label"));

        StringAssert.Contains(error.Message, "All 12 rows of condition column 'Label' have no class");
    }

    [TestMethod]
    public void Labels_that_are_taken_for_captions_are_told()
    {
        Fit(_log.Context.Data.LoadFromEnumerable(TinyData.Rows(30)), "Label");

        Assert.HasCount(1, _log.With("Condition column 'Label' is text, so its values are read as captions, but there are only 3 different ones, all short."));
    }

    [TestMethod]
    [DataRow(29, "")]
    [DataRow(30, " on a white ground, seen from above and from afar")]
    public void Captions_that_may_be_such_are_not(int rows, string tail)
    {
        Fit(_log.Context.Data.LoadFromEnumerable(TinyData.Rows(rows).Select(row => new TinyRow { Image = row.Image, Label = row.Label + tail })), "Label");

        Assert.IsEmpty(_log.With("read as captions"));
    }

    [TestMethod]
    [DataRow(0f, 3f, 1)]
    [DataRow(0f, 1f, 0)]
    [DataRow(0.1f, 3f, 0)]
    public void Guidance_without_conditioning_dropout_is_told(float dropout, float scale, int expected)
    {
        var options = TinyData.Options(steps: 1);
        (options.Diffusion.ConditioningDropout, options.Sampling.GuidanceScale) = (dropout, scale);

        using var model = _log.Context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_log.Context));
        int inFit = _log.With("guidance leads away from images of nothing in particular").Length;
        model.WithSampling(new SamplingOptions { Steps = 2, GuidanceScale = 2 }).Dispose();

        Assert.AreEqual(expected, inFit);
        Assert.HasCount(dropout == 0 ? 1 : 0, _log.With("guidance leads away from images of nothing in particular"));
    }

    [TestMethod]
    public void Conditions_that_are_always_left_out_are_told()
    {
        var options = TinyData.Options(steps: 1);
        options.Diffusion.ConditioningDropout = 1;

        _log.Context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_log.Context)).Dispose();

        Assert.HasCount(1, _log.With("Diffusion.ConditioningDropout is 1"));
    }

    [TestMethod]
    public void Ordinary_data_is_not_worth_a_word()
    {
        var warnings = new List<string>();
        _log.Context.Log += (_, e) =>
        {
            // Of the machine there may be something to say.
            if (e.Kind == Runtime.ChannelMessageKind.Warning && !e.Message.Contains(ConvolutionCheck.Warning, StringComparison.Ordinal))
            {
                warnings.Add(e.Message);
            }
        };

        _log.Context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(_log.Context)).Dispose();

        Assert.IsEmpty(warnings, string.Join('\n', warnings));
    }

    [TestMethod]
    public void Labels_in_two_spellings_are_one_class()
    {
        string[] labels = ["caf\u00e9", "cafe\u0301", "thé"];
        var rows = TinyData.Rows(12).Select((row, i) => new TinyRow { Image = row.Image, Label = labels[i % 3] });
        var options = TinyData.Options(steps: 1);

        using var model = _log.Context.Transforms.SimpleDiffusion(options).Fit(TinyData.Keyed(_log.Context, rows, labels));

        CollectionAssert.AreEqual(new[] { "caf\u00e9", "thé" }, model.Model.Configuration.Condition.ClassLabels.ToArray());
        Assert.IsEmpty(_log.With("have no image"));
    }

    private static FloatRow Ramp(float lowest, float highest) => new() { Image = [.. Enumerable.Range(0, Length).Select(i => lowest + ((highest - lowest) * i / (Length - 1)))] };

    private void Fit<TRow>(IEnumerable<TRow> rows)
        where TRow : class
        => Fit(_log.Context.Data.LoadFromEnumerable(rows), conditionColumnName: null);

    private void Fit(IDataView data, string? conditionColumnName)
    {
        var options = TinyData.Options(steps: 1);
        options.ConditionColumnName = conditionColumnName;
        _log.Context.Transforms.SimpleDiffusion(options).Fit(data).Dispose();
    }

    private sealed class FloatRow
    {
        [VectorType(3, TinyData.Side, TinyData.Side)]
        public float[] Image { get; set; } = [];
    }
}
