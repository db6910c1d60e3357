using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Metrics;

[TestClass]
public class BadInputTests
{
    private static readonly float[][] Rows = FeatureViews.Normal(20, 3);

    private readonly MLContext _context = new(1);
    private readonly List<string> _warnings = [];

    [TestInitialize]
    public void Listen() => _context.Log += (_, e) =>
    {
        if (e.Kind == ChannelMessageKind.Warning)
        {
            _warnings.Add(e.RawMessage);
        }
    };

    [TestMethod]
    public void Dense_sparse_single_and_double_features_measure_the_same()
    {
        float[][] rows = Rows.Select(row => row.Select(value => value < 0 ? 0 : value).ToArray()).ToArray();
        var doubles = FeatureViews.Doubles(rows.Select(row => row.Select(value => (double)value).ToArray()).ToArray());

        double?[] distances = new[] { FeatureViews.Singles(rows), FeatureViews.Sparse(rows), doubles }
            .Select(view => Evaluate(view, FeatureViews.Singles(Rows)).FrechetDistance).ToArray();

        Assert.AreEqual(distances[0], distances[1]);
        Assert.AreEqual(distances[0]!.Value, distances[2]!.Value, 1e-12);
    }

    [TestMethod]
    public void Too_few_images_for_a_covariance_are_warned_of_with_the_number_needed()
    {
        var metrics = Evaluate(FeatureViews.Singles(Rows[..3]), FeatureViews.Singles(Rows));

        Assert.IsTrue(double.IsFinite(metrics.FrechetDistance!.Value));
        Assert.ContainsSingle(warning => warning.Contains("Use more than 3 images", StringComparison.Ordinal) && warning.Contains("generated", StringComparison.Ordinal), _warnings);
    }

    [TestMethod]
    public void Too_few_images_for_balls_are_warned_of_and_their_metrics_left_out()
    {
        var metrics = Evaluate(FeatureViews.Singles(Rows[..5]), FeatureViews.Singles(Rows));

        Assert.IsNotNull(metrics.Precision);
        Assert.IsNull(metrics.Density);
        Assert.ContainsSingle(warning => warning.Contains("Density and coverage with 5 neighbours", StringComparison.Ordinal), _warnings);
    }

    [TestMethod]
    public void One_image_and_none_are_errors()
    {
        var one = Assert.ThrowsExactly<InvalidOperationException>(() => Evaluate(FeatureViews.Singles(Rows[..1]), FeatureViews.Singles(Rows)));
        var none = Assert.ThrowsExactly<InvalidOperationException>(
            () => Evaluate(FeatureViews.Singles(Rows), _context.Data.SkipRows(FeatureViews.Singles(Rows), 99)));

        Assert.AreEqual("The generated data has 1 row, but 2 or more are needed.", one.Message);
        Assert.AreEqual("The reference data has no rows.", none.Message);
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.NegativeInfinity)]
    public void A_feature_that_is_not_finite_is_an_error_that_names_row_and_column(float value)
    {
        float[][] rows = [.. Rows[..7], [0, value, 0]];

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Evaluate(FeatureViews.Singles(rows), FeatureViews.Singles(Rows)));

        Assert.AreEqual("Row 7 of the column 'Features' of the generated data has a feature that is not finite.", error.Message);
    }

    [TestMethod]
    public void Columns_of_different_width_are_an_error_that_names_both()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Evaluate(FeatureViews.Singles(FeatureViews.Normal(9, 4)), FeatureViews.Singles(Rows)));

        StringAssert.Contains(error.Message, "4 features in the generated data and 3 in the reference data");
    }

    [TestMethod]
    public void A_missing_column_and_one_of_another_type_are_errors_that_name_it()
    {
        var text = _context.Data.LoadFromEnumerable([new { Features = "text" }]);

        var mismatch = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Evaluate(text, FeatureViews.Singles(Rows)));
        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Evaluate(
            FeatureViews.Singles(Rows), FeatureViews.Singles(Rows), new ImageGenerationEvaluationOptions { ProbabilityColumnName = "Score" }));

        StringAssert.Contains(mismatch.Message, "'Features': expected vector of known size of Single or Double");
        StringAssert.Contains(missing.Message, "Could not find feature (of the generated data) column 'Score'");
    }

    [TestMethod]
    public void Features_that_never_vary_are_warned_of()
    {
        float[][] rows = Rows.Select(row => (float[])[row[0], 0.1f, row[2]]).ToArray();

        Evaluate(FeatureViews.Singles(rows), FeatureViews.Singles(Rows));
        Evaluate(FeatureViews.Singles(Rows), FeatureViews.Singles(rows), new ImageGenerationEvaluationOptions { Metrics = ImageGenerationMetricTypes.KernelDistance });

        Assert.ContainsSingle(warning => warning.StartsWith("1 of 3 features are the same in all images of the generated data", StringComparison.Ordinal), _warnings);
        Assert.ContainsSingle(warning => warning.StartsWith("1 of 3 features are the same in all images of the reference data", StringComparison.Ordinal), _warnings);
    }

    [TestMethod]
    public void A_class_without_images_is_warned_of_and_has_no_agreement()
    {
        var all = _context.Data.LoadFromEnumerable(new[] { "a", "b" }.Select(label => new { Label = label, Predicted = "b" }));
        var keyed = _context.Transforms.Conversion.MapValueToKey("Label").Fit(all).Transform(all);
        var onlyB = _context.Data.SkipRows(keyed, 1);

        var metrics = Evaluate(onlyB, onlyB, new ImageGenerationEvaluationOptions { FeatureColumnName = null, LabelColumnName = "Label", PredictedLabelColumnName = "Predicted" });

        Assert.IsTrue(double.IsNaN(metrics.ClassAgreement!.PerClass["a"]));
        Assert.AreEqual(1, metrics.ClassAgreement.Overall);
        Assert.ContainsSingle(warning => warning.StartsWith("Of the classes, 'a' have no generated image", StringComparison.Ordinal), _warnings);
        Assert.ContainsSingle(warning => warning.StartsWith("Of the classes, 'a' are seen by the classifier in no generated image", StringComparison.Ordinal), _warnings);
    }

    [TestMethod]
    public void A_class_in_composed_and_decomposed_characters_is_one()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new { Label = "caf\u00e9", Predicted = "cafe\u0301" }, new { Label = "cafe\u0301", Predicted = "caf\u00e9" } });

        var metrics = Evaluate(data, data, new ImageGenerationEvaluationOptions { FeatureColumnName = null, LabelColumnName = "Label", PredictedLabelColumnName = "Predicted" });

        Assert.AreEqual(1, metrics.ClassAgreement!.Overall);
        Assert.HasCount(1, metrics.ClassAgreement.PerClass);
    }

    [TestMethod]
    public void Options_out_of_range_are_errors_that_name_them()
    {
        (string Name, ImageGenerationEvaluationOptions Options)[] wrong =
        [
            ("Metrics", new() { Metrics = ImageGenerationMetricTypes.None }),
            ("FeatureColumnName", new() { FeatureColumnName = " " }),
            ("ProbabilityColumnName", new() { ProbabilityColumnName = string.Empty }),
            ("LabelColumnName", new() { LabelColumnName = string.Empty, PredictedLabelColumnName = "Predicted" }),
            ("PredictedLabelColumnName", new() { LabelColumnName = "Label" }),
            ("TextFeatureColumnName", new() { FeatureColumnName = null, TextFeatureColumnName = "Text" }),
            ("ImageFeatureColumnName", new() { ImageFeatureColumnName = string.Empty }),
            ("InceptionScoreSplits", new() { InceptionScoreSplits = 0 }),
            ("PrecisionAndRecallNeighbors", new() { PrecisionAndRecallNeighbors = 0 }),
            ("DensityAndCoverageNeighbors", new() { DensityAndCoverageNeighbors = 0 }),
            ("KernelSubsets", new() { KernelSubsets = 0 }),
            ("KernelSubsetSize", new() { KernelSubsetSize = 1 }),
            ("NearestNeighborDistance", new() { NearestNeighborDistance = (FeatureDistance)7 }),
            ("BlockMegabytes", new() { BlockMegabytes = 0 }),
        ];
        var view = FeatureViews.Singles(Rows);
        foreach (var (name, options) in wrong)
        {
            Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Evaluate(view, view, options)).ParamName);
        }
    }

    [TestMethod]
    public void Cancellation_ends_the_evaluation()
    {
        var view = FeatureViews.Singles(Rows);

        Assert.ThrowsExactly<OperationCanceledException>(() => Evaluate(view, view, new ImageGenerationEvaluationOptions { CancellationToken = new CancellationToken(true) }));
    }

    private ImageGenerationMetrics Evaluate(IDataView generated, IDataView reference, ImageGenerationEvaluationOptions? options = null)
        => _context.ImageGeneration().Evaluate(generated, reference, options);
}
