using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Metrics;

[TestClass]
public class ScoreTests
{
    private static readonly MLContext Context = FeatureViews.Context;

    [TestMethod]
    [DataRow(1)]
    [DataRow(5)]
    public void Sure_and_varied_images_score_the_number_of_classes(int splits)
    {
        // In turn of each class, so that each part has all of them.
        var metrics = Evaluate(Enumerable.Range(0, 80).Select(i => Row.Sure((i / 5) % 4)), splits);

        Assert.AreEqual(4, metrics.InceptionScore!.Mean, 1e-12);
        Assert.AreEqual(0, metrics.InceptionScore.StandardDeviation, 1e-12);
    }

    [TestMethod]
    public void Images_that_might_be_anything_score_one()
        => Assert.AreEqual(1, Evaluate(Enumerable.Repeat(new Row { Score = [0.25f, 0.25f, 0.25f, 0.25f] }, 20), splits: 2).InceptionScore!.Mean, 1e-12);

    [TestMethod]
    public void Parts_that_differ_give_the_score_a_deviation()
    {
        // One part of a single class scores 1, the other of two classes scores 2.
        var metrics = Evaluate([Row.Sure(0), Row.Sure(0), Row.Sure(0), Row.Sure(1)], splits: 2);

        Assert.AreEqual(1.5, metrics.InceptionScore!.Mean, 1e-12);
        Assert.AreEqual(0.5, metrics.InceptionScore.StandardDeviation, 1e-12);
    }

    [TestMethod]
    [DataRow(0.5f, 0.1f)]
    [DataRow(1.5f, -0.5f)]
    public void What_are_no_probabilities_is_an_error_that_names_row_and_column(float first, float second)
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Evaluate([Row.Sure(1), new Row { Score = [first, second, 0, 0] }], splits: 1));

        StringAssert.Contains(error.Message, "Row 1 of the column 'Score'");
    }

    [TestMethod]
    public void Images_along_their_texts_score_a_hundred_and_across_or_against_them_nothing()
    {
        var options = new ImageGenerationEvaluationOptions { FeatureColumnName = null, ImageFeatureColumnName = "Image", TextFeatureColumnName = "Text" };
        var view = Context.Data.LoadFromEnumerable([new Row { Image = [1, 2], Text = [2, 4] }, new Row { Image = [1, 2], Text = [-2, 1] }, new Row { Image = [1, 0], Text = [-1, 0] }, new Row { Image = [0, 0], Text = [1, 0] }]);

        var metrics = Context.ImageGeneration().Evaluate(view, view, options);

        Assert.AreEqual(25, metrics.ClipScore!.Value, 1e-6);
        Assert.IsNull(metrics.FrechetDistance);
    }

    [TestMethod]
    public void Classes_agree_by_their_text_whatever_their_keys()
    {
        var rows = Context.Data.LoadFromEnumerable([Of("a", "a"), Of("a", "b"), Of("b", "b"), Of("c", "b")]);
        var keys = Context.Transforms.Conversion.MapValueToKey("Label").Append(Context.Transforms.Conversion.MapValueToKey("Predicted"));
        var options = new ImageGenerationEvaluationOptions { FeatureColumnName = null, LabelColumnName = "Label", PredictedLabelColumnName = "Predicted" };

        foreach (var view in new[] { rows, keys.Fit(rows).Transform(rows) })
        {
            var agreement = Context.ImageGeneration().Evaluate(view, view, options).ClassAgreement!;

            Assert.AreEqual(0.5, agreement.Overall);
            Assert.AreEqual(0.5, agreement.PerClass["a"]);
            Assert.AreEqual(1, agreement.PerClass["b"]);
            Assert.AreEqual(0, agreement.PerClass["c"]);
            CollectionAssert.AreEqual(new[] { "c" }, agreement.NeverPredicted.ToArray());
        }

        static Row Of(string label, string predicted) => new() { Label = label, Predicted = predicted };
    }

    [TestMethod]
    public void The_table_has_the_metrics_that_there_are()
    {
        string table = Evaluate([Row.Sure(0), Row.Sure(1)], splits: 1).ToString();

        StringAssert.Contains(table, "| Inception score | 2 ± 0 |");
        Assert.IsFalse(table.Contains("Fréchet", StringComparison.Ordinal));
    }

    private static ImageGenerationMetrics Evaluate(IEnumerable<Row> rows, int splits)
    {
        var view = Context.Data.LoadFromEnumerable(rows);
        return Context.ImageGeneration().Evaluate(
            view, view, new ImageGenerationEvaluationOptions { FeatureColumnName = null, ProbabilityColumnName = "Score", InceptionScoreSplits = splits });
    }

    private sealed class Row
    {
        [VectorType(4)]
        public float[] Score { get; set; } = new float[4];

        [VectorType(2)]
        public float[] Image { get; set; } = new float[2];

        [VectorType(2)]
        public double[] Text { get; set; } = new double[2];

        public string Label { get; set; } = string.Empty;

        public string Predicted { get; set; } = string.Empty;

        public static Row Sure(int ofClass)
        {
            var row = new Row();
            row.Score[ofClass] = 1;
            return row;
        }
    }
}
