using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Sweeps;

[TestClass]
public class SweepTableTests
{
    [TestMethod]
    public void Markdown_has_the_best_first_the_default_marked_and_the_metric_after_each_rung()
    {
        using var folder = new TemporaryFolder();
        string[] lines = Sweep(folder).ToMarkdown().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        string[] expected =
        [
            "| trial | Training.LearningRate | Network.Patching | Distance after 4 steps | 8 steps | seconds | state |",
            "| --- | --- | --- | ---: | ---: | ---: | --- |",
            "| **2 (best)** | 0.001 | None | 0.001 | 0.001 | 0 | completed |",
            "| 0 (default) | 0.003 | Auto | 0.003 | 0.003 | 0 | completed |",
            "| 1 | 0.01235 | None |  |  | 0 | failed: a \\| b c |",
        ];
        Assert.AreEqual(string.Join('\n', expected[..2]), string.Join('\n', lines[..2]));
        CollectionAssert.AreEquivalent(
            expected[2..].Select(WithoutNumber).ToArray(), lines[2..].Select(WithoutNumber).ToArray());
        StringAssert.Contains(lines[2], "(best)");
        StringAssert.Contains(lines[3], "0 (default)");

        static string WithoutNumber(string line) => line.Replace("| 1 |", "| # |", StringComparison.Ordinal).Replace("**1", "**#", StringComparison.Ordinal)
            .Replace("| 2 |", "| # |", StringComparison.Ordinal).Replace("**2", "**#", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Data_view_has_a_column_for_each_option_and_each_result()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var view = Sweep(folder).ToDataView();

        CollectionAssert.AreEqual(
            new[] { "Trial", "Training.LearningRate", "Network.Patching", "State", "Steps", "Metric", "Seconds", "Error" }, view.Schema.Select(column => column.Name).ToArray());
        Assert.AreEqual(NumberDataViewType.Double, view.Schema["Training.LearningRate"].Type);
        Assert.AreEqual(TextDataViewType.Instance, view.Schema["Network.Patching"].Type);
        Assert.AreEqual(3, view.GetRowCount());
        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, view.GetColumn<int>("Trial").ToArray());
        CollectionAssert.AreEquivalent(new[] { "Completed", "Completed", "Failed" }, view.GetColumn<string>("State").ToArray());
        var measured = context.Data.FilterRowsByMissingValues(context.Transforms.CopyColumns("Copy", "Metric").Fit(view).Transform(view), "Copy");
        CollectionAssert.AreEquivalent(new[] { 0.001, 0.003 }, measured.GetColumn<double>("Metric").ToArray());
    }

    [TestMethod]
    public void Columns_have_the_type_of_their_option()
    {
        string[] names = ["Training.BatchSize", "Network.Dropout", "Training.RandomHorizontalFlip", "Network.BaseChannels"];
        object?[] values = [4, 0.5f, true, null];
        var trial = new SweepTrial
        {
            Number = 0,
            Parameters = names.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second),
            State = SweepTrialState.Open,
            Measurements = [],
        };

        var view = SweepTable.ToDataView([trial], [.. names.Select(name => new SweptOption(OptionPath.Find(name)!, new ChoiceDomain(values)))]);

        Assert.AreEqual(4, view.GetColumn<int>(names[0]).Single());
        Assert.AreEqual(0.5f, view.GetColumn<float>(names[1]).Single());
        Assert.IsTrue(view.GetColumn<bool>(names[2]).Single());
        Assert.AreEqual("null", view.GetColumn<string>(names[3]).Single());
        Assert.IsTrue(double.IsNaN(view.GetColumn<double>("Metric").Single()));
    }

    [TestMethod]
    public void Cursor_refuses_columns_that_are_not_active_values_of_another_type_and_reads_before_the_first_row()
    {
        using var folder = new TemporaryFolder();
        var view = Sweep(folder).ToDataView();
        using var cursor = view.GetRowCursor([view.Schema["Steps"]]);

        Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<double>(view.Schema["Metric"]));
        Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<double>(view.Schema["Steps"]));
        var getter = cursor.GetGetter<int>(view.Schema["Steps"]);
        Assert.ThrowsExactly<InvalidOperationException>(Read);
        Assert.AreEqual(-1, cursor.Position);
        Assert.IsTrue(cursor.MoveNext() && cursor.MoveNext() && cursor.MoveNext());
        Assert.AreEqual(2, cursor.Position);
        Assert.IsFalse(cursor.MoveNext());
        Assert.ThrowsExactly<InvalidOperationException>(Read);

        void Read()
        {
            int value = 0;
            getter(ref value);
        }
    }

    private static SweepResult Sweep(TemporaryFolder folder)
    {
        var options = new SweepOptions
        {
            Base = TinyData.Options(8),
            Strategy = SweepStrategy.SuccessiveHalving,
            Parameters = [SweepParameter.Choice("Training.LearningRate", 1e-3, 0.0123456), SweepParameter.Choice("Network.Patching", PatchingType.None)],
            Trials = 3,
            HalvingFactor = 2,
            FirstRungSteps = 4,
            Metric = new FakeMetric(),
            Directory = folder.File("sweep"),
        };
        return Sweeper.Execute(
            new MLContext(1), options, new FakeTrainer(trial => trial.Training.LearningRate > 0.01 ? throw new InvalidOperationException("a | b\nc") : trial.Training.LearningRate));
    }
}
