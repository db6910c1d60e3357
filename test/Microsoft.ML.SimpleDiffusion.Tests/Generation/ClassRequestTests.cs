using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Generation;

/// <summary>The ways in which a class may be asked for.</summary>
[TestClass]
public class ClassRequestTests
{
    private readonly CapturedLog _log = new();

    [TestMethod]
    public void Integer_labels_are_asked_for_as_whole_numbers_of_any_type()
    {
        using var transformer = Transformer("7", "-1", "007000");

        AssertClasses(transformer, [new { Label = 7 }, new { Label = -1 }, new { Label = 7000 }], 0, 1, 2);
        AssertClasses(transformer, [new { Label = 7L }, new { Label = -1L }], 0, 1);
        AssertClasses(transformer, [new { Label = (short)7 }, new { Label = (short)-1 }], 0, 1);
        AssertClasses(transformer, [new { Label = (sbyte)7 }, new { Label = (sbyte)-1 }], 0, 1);
        AssertClasses(transformer, [new { Label = (byte)7 }], 0);
        AssertClasses(transformer, [new { Label = (ushort)7000 }], 2);
        AssertClasses(transformer, [new { Label = 7u }, new { Label = 7000u }], 0, 2);
        AssertClasses(transformer, [new { Label = 7ul }], 0);
        AssertClasses(transformer, [new { Label = "7" }, new { Label = "007000" }], 0, 2);
    }

    [TestMethod]
    public void Number_that_is_no_label_is_named_with_its_row()
    {
        using var transformer = Transformer("7", "8");

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => AssertClasses(transformer, [new { Label = 7 }, new { Label = 0 }], 0, 0));

        StringAssert.Contains(error.Message, "Row 1 of column 'Label' asks for the class '0', which was not in the training data. The model knows '7', '8'.");
    }

    [TestMethod]
    public void Other_columns_for_a_model_of_integer_labels_are_named_with_their_type()
    {
        using var transformer = Transformer("7", "8");

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => transformer.Transform(_log.Context.Data.LoadFromEnumerable(new[] { new { Label = 7f } })));

        StringAssert.Contains(error.Message, "Schema mismatch for condition column 'Label': expected key, text or whole number, got Single");
    }

    [TestMethod]
    public void Numbers_are_no_labels_of_a_model_of_words()
    {
        using var transformer = Transformer("red", "8");

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => transformer.Transform(_log.Context.Data.LoadFromEnumerable(new[] { new { Label = 8 } })));

        StringAssert.Contains(error.Message, "expected key or text, got Int32");
    }

    [TestMethod]
    public void Label_may_be_spelt_in_composed_and_decomposed_characters()
    {
        using var transformer = Transformer("the", "caf\u00e9");

        AssertClasses(transformer, [new { Label = "cafe\u0301" }, new { Label = "caf\u00e9" }], 1, 1);
        CollectionAssert.AreEqual(transformer.GeneratePng("caf\u00e9", seed: 1), transformer.GeneratePng("cafe\u0301", seed: 1));
    }

    [TestMethod]
    public void Label_that_a_saved_chain_does_not_know_is_told_once()
    {
        using var transformer = Transformer(TinyData.Labels);
        var requests = new[] { "red", "pink", "grey" }.Select(label => new TinyRow { Label = label });
        var keyed = TinyData.Keyed(_log.Context, requests, TinyData.Labels);

        _ = transformer.Transform(keyed).GetColumn<MLImage>("GeneratedImage").Count();
        _ = transformer.Transform(keyed).GetColumn<MLImage>("GeneratedImage").Count();

        Assert.HasCount(1, _log.With("Row 1 of column 'Label' has no class, so its image is of nothing in particular: MapValueToKey makes a missing key"));
        Assert.IsEmpty(_log.With("Row 2 of column"));
    }

    private SimpleDiffusionTransformer Transformer(params string[] labels) => new(_log.Context, new FakeModel(new ModelConfiguration
    {
        Options = TinyData.Options(),
        Condition = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = labels },
        TrainedSteps = 1,
    }));

    /// <summary>The fake model's images say of which class they are.</summary>
    private void AssertClasses<TRow>(SimpleDiffusionTransformer transformer, TRow[] rows, params int[] expected)
        where TRow : class
    {
        var images = transformer.Transform(_log.Context.Data.LoadFromEnumerable(rows)).GetColumn<MLImage>("GeneratedImage");

        CollectionAssert.AreEqual(expected, images.Select(image => image.Pixels[0] / 40).ToArray());
    }
}
