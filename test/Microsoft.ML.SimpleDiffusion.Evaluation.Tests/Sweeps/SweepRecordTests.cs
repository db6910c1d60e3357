using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Sweeps;

/// <summary>Records that are not what they were: none decides what is best, and none has anything removed.</summary>
[TestClass]
public class SweepRecordTests
{
    private static readonly double[] Rates = [1e-3, 2e-3, 4e-3];

    [TestMethod]
    [DataRow("\"metric\": 0.004", "\"metric\": 0.0004", "It has been changed since it was written")]
    [DataRow("\"metric\": 0.004", "\"metric\": -1e999", "Its metric is -Infinity.")]
    [DataRow("\"metric\": 0.004", "\"metric\": null", "It contradicts itself.")]
    [DataRow("\"metric\": 0.004", "\"metric\": 0.004, \"error\": \"No.\"", "It contradicts itself.")]
    [DataRow("\"trial\": 3", "\"trial\": 99", "It is the record of trial 99 at rung 0.")]
    [DataRow("\"rung\": 0", "\"rung\": 1", "It is the record of trial 3 at rung 1.")]
    [DataRow("\"steps\": 27", "\"steps\": 28", "It contradicts itself.")]
    [DataRow("\"seconds\": ", "\"seconds\": 1", "It has been changed since it was written")]
    [DataRow("\"seconds\": ", "\"seconds\": -1", "It contradicts itself.")]
    [DataRow("0.004\"", "0.001\"", "It is about other values of the options.")]
    [DataRow("\"sha256\": \"", "\"sha256\": \"0", "It has been changed since it was written")]
    [DataRow("\"trial\": 3", "\"trial\": 3, \"trial\": 3", "uplicate")]
    public void A_record_with_one_change_is_refused_and_nothing_is_removed(string old, string changed, string fault)
    {
        using var folder = new TemporaryFolder();
        Execute(folder);
        string record = Record(folder, 3), text = File.ReadAllText(record);
        StringAssert.Contains(text, old);
        File.WriteAllText(record, text.Replace(old, changed, StringComparison.Ordinal).Replace("\"error\": null,", string.Empty, StringComparison.Ordinal));

        Refuse(folder, record, fault);
    }

    [TestMethod]
    public void Swapped_records_are_refused()
    {
        using var folder = new TemporaryFolder();
        Execute(folder);
        string first = Record(folder, 2), second = Record(folder, 3), text = File.ReadAllText(first);
        File.Copy(second, first, overwrite: true);
        File.WriteAllText(second, text);

        Refuse(folder, first, "It is the record of trial 3 at rung 0.");
    }

    [TestMethod]
    public void A_record_of_another_sweep_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var otherFolder = new TemporaryFolder();
        Execute(folder);
        Execute(otherFolder, options => options.Base.Training.BatchSize = 3);
        File.Copy(Record(otherFolder, 3), Record(folder, 3), overwrite: true);

        Refuse(folder, Record(folder, 3), "It is of another sweep.");
    }

    [TestMethod]
    public void Records_of_earlier_versions_count_and_nothing_is_removed_on_their_word()
    {
        using var folder = new TemporaryFolder();
        var result = Execute(folder, options => options.KeepAllTrials = true);
        string stays = folder.File("sweep/trial-0003/model/model");
        for (int trial = 0; trial < 4; trial++)
        {
            Unseal(Record(folder, trial));
        }

        // Earlier versions wrote options of the machine, too.
        var definition = JsonNode.Parse(File.ReadAllText(folder.File("sweep/sweep.json")))!;
        definition["base"]!["compute"]!["threads"] = 3;
        definition["base"]!["training"]!["checkpointDirectory"] = "/somewhere";
        File.WriteAllText(folder.File("sweep/sweep.json"), definition.ToJsonString());
        var trainer = new FakeTrainer(_ => throw new InvalidOperationException("Nothing is left to do."));

        var again = Sweeper.Execute(new MLContext(1), Options(folder), trainer);

        Assert.IsEmpty(trainer.Trained);
        CollectionAssert.AreEqual(result.Ranking.Select(trial => trial.Metric).ToArray(), again.Ranking.Select(trial => trial.Metric).ToArray());
        Assert.IsTrue(File.Exists(stays));
    }

    [TestMethod]
    public void A_model_is_kept_where_only_a_record_without_checksum_says_that_another_is_better()
    {
        using var folder = new TemporaryFolder();
        Execute(folder);
        Unseal(Record(folder, 1));
        File.Delete(Record(folder, 3));

        Execute(folder);

        Assert.IsTrue(File.Exists(folder.File("sweep/trial-0003/model/model")));
    }

    [TestMethod]
    public void Nothing_of_the_machine_is_in_the_files_of_a_sweep()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder);
        options.Base.Training.TensorBoardDirectory = folder.File("telltale-reports");
        options.Base.Training.CheckpointDirectory = folder.File("telltale-checkpoints");
        options.Base.Compute.Threads = 2;
        var trainer = new FakeTrainer(trained => trained.Training.LearningRate > 2e-3
            ? throw new InvalidOperationException($"The checkpoint '{trained.Training.CheckpointDirectory}' is damaged.") : trained.Training.LearningRate);

        var result = Sweeper.Execute(new MLContext(1), options, trainer);

        string[] texts = [.. Directory.GetFiles(folder.File("sweep"), "*.json", SearchOption.AllDirectories).Select(File.ReadAllText), result.ToMarkdown()];
        Assert.HasCount(7, texts);
        foreach (string text in texts)
        {
            Assert.DoesNotContain(folder.Path, text);
            Assert.DoesNotContain("telltale", text);
            Assert.DoesNotContain("threads", text);
        }
    }

    [TestMethod]
    [SupportedOSPlatform("linux")]
    [OSCondition(OperatingSystems.Linux)]
    public void Pipes_devices_and_endless_files_are_refused_at_once()
    {
        using var folder = new TemporaryFolder();
        Execute(folder);

        foreach (string path in new[] { folder.File("sweep/sweep.json"), Record(folder, 2) })
        {
            SpecialFiles.InPlaceOf(path, kind => Assert.StartsWith(
                $"The file '{path}' of the sweep is damaged: ", Assert.ThrowsExactly<InvalidOperationException>(() => Execute(folder), kind).Message));
        }
    }

    /// <summary>The folder is as it was, down to the last model, after a sweep that ends with one sentence.</summary>
    private static void Refuse(TemporaryFolder folder, string record, string fault)
    {
        var before = Files(folder);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Execute(folder));

        StringAssert.StartsWith(error.Message, $"The file '{record}' of the sweep is damaged: ");
        StringAssert.Contains(error.Message, fault);
        CollectionAssert.AreEquivalent(before, Files(folder));
        CollectionAssert.Contains(before, folder.File("sweep/trial-0001/model/model"));
    }

    private static string[] Files(TemporaryFolder folder) => Directory.GetFiles(folder.File("sweep"), "*", SearchOption.AllDirectories);

    private static void Unseal(string record)
    {
        var content = JsonNode.Parse(File.ReadAllText(record))!.AsObject();
        Assert.IsTrue(content.Remove("sweep") && content.Remove("options") && content.Remove("sha256"));
        File.WriteAllText(record, content.ToJsonString());
    }

    private static string Record(TemporaryFolder folder, int trial) => folder.File($"sweep/trial-{trial:D4}/rung-0.json");

    private static SweepResult Execute(TemporaryFolder folder, Action<SweepOptions>? change = null)
    {
        var options = Options(folder);
        change?.Invoke(options);
        return Sweeper.Execute(new MLContext(1), options, new FakeTrainer(trained => trained.Training.LearningRate));
    }

    /// <summary>Four trials: the default with the highest rate, and three, of which the first is the best.</summary>
    private static SweepOptions Options(TemporaryFolder folder)
    {
        var options = new SweepOptions
        {
            Base = TinyData.Options(),
            Strategy = SweepStrategy.Grid,
            Parameters = [SweepParameter.Choice("Training.LearningRate", [.. Rates])],
            Metric = new FakeMetric(),
            Steps = 27,
            Directory = folder.File("sweep"),
        };
        options.Base.Training.LearningRate = 1;
        return options;
    }
}
