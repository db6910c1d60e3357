using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Checkpoints;

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
        bool restored = store.TryRestore(Configuration(), [new("w", value)], out var found, _ => { });

        Assert.IsTrue(restored);
        Assert.AreEqual(100, found.Step);
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

        Assert.IsTrue(store.TryRestore(Configuration(), [new("w", value)], out var found, messages.Add));

        Assert.AreEqual(1, found.Step);
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

    [TestMethod]
    public void Truncated_checkpoint_is_skipped_at_every_length()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path);
        Save(store, 1);
        Save(store, 2);
        string newest = folder.File("checkpoint-00000002.safetensors");
        byte[] whole = File.ReadAllBytes(newest);
        for (int length = 0; length < whole.Length; length += 97)
        {
            File.WriteAllBytes(newest, whole[..length]);

            Assert.AreEqual(1, Restored(store), $"length {length}");
        }
    }

    [TestMethod]
    public void Flipped_bit_costs_a_checkpoint_or_nothing()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path);
        Save(store, 1);
        Save(store, 2);
        string newest = folder.File("checkpoint-00000002.safetensors");
        byte[] whole = File.ReadAllBytes(newest);
        var random = new Random(5);
        int skipped = 0;
        for (int i = 0; i < 100; i++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(newest, damaged);

            // Restored checks that the numbers are those of the step. A flip among options that do not matter, such as those of sampling, is harmless.
            skipped += Restored(store) == 1 ? 1 : 0;
        }

        Assert.IsGreaterThan(50, skipped);
    }

    [TestMethod]
    public void Checkpoint_renamed_to_another_step_is_skipped()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path);
        Save(store, 1);
        Save(store, 2);
        File.Copy(folder.File("checkpoint-00000001.safetensors"), folder.File("checkpoint-00000009.safetensors"));
        var messages = new List<string>();

        Assert.AreEqual(2, Restored(store, messages.Add));

        StringAssert.Contains(messages[0], "It is the checkpoint of step 1 under another name.");
    }

    [TestMethod]
    public void Checkpoint_of_another_run_is_moved_out_of_the_way_and_not_lost()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path);
        Save(store, 1);
        var other = Configuration();
        other.Options.Training.LearningRate = 0.5;
        Save(store, 7, other);
        byte[] bytes = File.ReadAllBytes(folder.File("checkpoint-00000007.safetensors"));
        var messages = new List<string>();

        Assert.AreEqual(1, Restored(store, messages.Add));

        StringAssert.Contains(messages[0], "It belongs to another run: options.training.learningRate is 0.5 there");
        CollectionAssert.AreEqual(bytes, File.ReadAllBytes(folder.File("set-aside/checkpoint-00000007.safetensors")));
        Assert.IsFalse(File.Exists(folder.File("checkpoint-00000007.safetensors")));
    }

    [TestMethod]
    public void Damaged_checkpoint_does_not_count_among_those_to_keep()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path);
        Save(store, 10);
        Save(store, 15);
        Damage(folder.File("checkpoint-00000015.safetensors"));

        Assert.AreEqual(10, Restored(store));
        Save(store, 20);

        CollectionAssert.AreEqual(
            new[] { "checkpoint-00000010.safetensors", "checkpoint-00000020.safetensors" },
            Directory.GetFiles(folder.Path, "*.safetensors").Select(Path.GetFileName).Order().ToArray());
    }

    [TestMethod]
    public void Foreign_files_are_left_alone()
    {
        using var folder = new TemporaryFolder();
        string[] foreign =
        [
            "notes.txt", "checkpoint-best.safetensors", "checkpoint-5.safetensors", "checkpoint-00000005.safetensors.bak", "checkpoint-99999999-old.safetensors",
            "checkpoint-mine.safetensors.tmp", "checkpoint-.safetensors", "checkpoint-", "model.safetensors",
        ];
        foreach (string name in foreign)
        {
            File.WriteAllText(folder.File(name), name);
        }

        using var store = CheckpointStore.Open(folder.Path, keepLast: 1);
        Save(store, 1);
        Save(store, 2);

        Assert.AreEqual(2, Restored(store));
        foreach (string name in foreign)
        {
            Assert.AreEqual(name, File.ReadAllText(folder.File(name)));
        }
    }

    [TestMethod]
    public void Steps_are_ordered_as_numbers_beyond_eight_digits()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path, keepLast: 1);
        Save(store, 99_999_999);
        Save(store, 100_000_000);

        Assert.AreEqual(100_000_000, Restored(store));
    }

    [TestMethod]
    public void Checkpoint_that_cannot_be_written_names_the_file_and_the_last_whole_one()
    {
        using var folder = new TemporaryFolder();
        using var store = CheckpointStore.Open(folder.Path);
        Save(store, 1);

        // Where a folder lies, no file can be put.
        Directory.CreateDirectory(folder.File("checkpoint-00000002.safetensors/in-the-way"));

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Save(store, 2));

        StringAssert.Contains(error.Message, folder.File("checkpoint-00000002.safetensors"));
        StringAssert.Contains(error.Message, "that of step 1");
        Assert.AreEqual(1, Restored(store));
    }

    [TestMethod]
    public void Folder_that_cannot_be_made_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), string.Empty);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => CheckpointStore.Open(folder.File("file")));

        StringAssert.Contains(error.Message, $"The checkpoint folder '{folder.File("file")}' cannot be written to");
    }

    private static long Restored(CheckpointStore store, Action<string>? log = null)
    {
        using var value = zeros(2);
        Assert.IsTrue(store.TryRestore(Configuration(), [new("w", value)], out var position, log ?? (_ => { })));
        Assert.AreEqual(position.Step, value[0].item<float>());
        return position.Step;
    }

    private static void Save(CheckpointStore store, int step, ModelConfiguration? configuration = null)
    {
        using var value = full(2, value: (float)step);
        store.Save(new Checkpoint(new RestorePoint(step, SkippedSteps: 0), configuration ?? Configuration(), [new("w", value)]));
    }

    private static void Damage(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static ModelConfiguration Configuration() => new() { Options = TinyData.Options(), Condition = ConditionDescription.None, TrainedSteps = 0 };
}
