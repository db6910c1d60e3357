using Microsoft.ML.SimpleDiffusion.Conditioning;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training;

[TestClass]
public class CheckpointStoreTests
{
    [TestMethod]
    public void Newest_checkpoint_is_restored_and_old_ones_are_removed()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path, keepLast: 2);
        foreach (int step in new[] { 9, 10, 100 })
        {
            Save(store, step);
        }

        using var value = zeros(2);
        bool restored = store.TryRestore(Configuration(), [new("w", value)], out long found, _ => { });

        Assert.IsTrue(restored);
        Assert.AreEqual(100, found);
        Assert.AreEqual(100, value[0].item<float>());
        Assert.HasCount(2, Directory.GetFiles(folder.Path, "*.safetensors"));
    }

    [TestMethod]
    public void Checkpoints_at_chosen_steps_are_kept_for_good()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path, keepLast: 1, keepEverySteps: 10);
        foreach (int step in new[] { 5, 10, 15, 20, 25 })
        {
            Save(store, step);
        }

        string[] names = Directory.GetFiles(folder.Path, "*.safetensors").Select(path => Path.GetFileNameWithoutExtension(path)).Order().ToArray();

        CollectionAssert.AreEqual(new[] { "checkpoint-00000010", "checkpoint-00000020", "checkpoint-00000025" }, names);
    }

    [TestMethod]
    public void Damaged_checkpoint_is_skipped_for_the_one_before()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path);
        Save(store, 1);
        Save(store, 2);
        Damage(Directory.GetFiles(folder.Path, "*2.safetensors").Single());
        using var value = zeros(2);
        var messages = new List<string>();

        Assert.IsTrue(store.TryRestore(Configuration(), [new("w", value)], out long found, messages.Add));

        Assert.AreEqual(1, found);
        StringAssert.Contains(messages[0], "00000002");
    }

    [TestMethod]
    public void Folder_with_only_damaged_checkpoints_never_starts_a_run_anew_silently()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path);
        Save(store, 1);
        Damage(Directory.GetFiles(folder.Path, "*.safetensors").Single());
        using var value = ones(2);

        Assert.ThrowsExactly<InvalidOperationException>(() => store.TryRestore(Configuration(), [new("w", value)], out _, _ => { }));

        Assert.AreEqual(1, value[0].item<float>());
    }

    [TestMethod]
    public void Checkpoint_of_another_configuration_is_refused_naming_the_option()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path);
        Save(store, 1);
        var other = Configuration();
        other.Options.Training.LearningRate = 0.5;
        using var value = zeros(2);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => store.TryRestore(other, [new("w", value)], out _, _ => { }));

        StringAssert.Contains(error.Message, "learningRate");
        StringAssert.Contains(error.Message, "0.5");
    }

    [TestMethod]
    public void More_steps_or_other_sampling_are_the_same_run()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path);
        Save(store, 1);
        var longer = Configuration();
        longer.Options.Training.Steps = 99;
        longer.Options.Sampling.Steps = 3;
        using var value = zeros(2);

        Assert.IsTrue(store.TryRestore(longer, [new("w", value)], out _, _ => { }));
    }

    [TestMethod]
    public void Empty_folder_has_nothing_to_restore()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path);

        Assert.IsFalse(store.TryRestore(Configuration(), [], out _, _ => { }));
    }

    [TestMethod]
    public void Two_runs_in_one_folder_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => CheckpointStore.Open(folder.Path));

        StringAssert.Contains(error.Message, folder.Path);
    }

    [TestMethod]
    public void Leftovers_of_a_killed_run_are_removed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("checkpoint-00000005.safetensors.tmp"), "half");

        using var store = CheckpointStore.Open(folder.Path);

        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*.tmp"));
    }

    private static void Save(CheckpointStore store, int step)
    {
        using var value = full(2, value: (float)step);
        store.Save(new Checkpoint(step, Configuration(), [new("w", value)]));
    }

    private static void Damage(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static ModelConfiguration Configuration() => new() { Options = TinyData.Options(), Condition = ConditionDescription.None, TrainedSteps = 0 };
}
