using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Checkpoints;

[TestClass]
public class FullDiskTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Run_whose_disk_fills_up_says_so_and_goes_on_bit_for_bit_once_there_is_room()
    {
        using var disk = new SmallDisk(kilobytes: 4096);
        _context.Transforms.SimpleDiffusion(Options(disk.Path, steps: 2)).Fit(TinyData.View(_context)).Dispose();
        byte[] whole = File.ReadAllBytes(Path.Combine(disk.Path, "checkpoint-00000002.safetensors"));
        string filler = string.Empty;

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => _context.Transforms.SimpleDiffusion(Options(disk.Path, steps: 4)).Fit(TinyData.View(_context, atTheEnd: () => filler = disk.Fill())));

        StringAssert.Contains(error.Message, "checkpoint-00000003.safetensors' cannot be written: No space left on device");
        StringAssert.Contains(error.Message, "The last whole checkpoint is that of step 2");
        CollectionAssert.AreEqual(whole, File.ReadAllBytes(Path.Combine(disk.Path, "checkpoint-00000002.safetensors")));
        Assert.IsEmpty(Directory.GetFiles(disk.Path, "*.tmp"));

        File.Delete(filler);
        CollectionAssert.AreEqual(WeightBytes.OfTrained(_context, Options(null, steps: 4)), WeightBytes.OfTrained(_context, Options(disk.Path, steps: 4)));
    }

    [TestMethod]
    public void Run_whose_best_weights_do_not_fit_goes_on_bit_for_bit_once_there_is_room()
    {
        using var disk = new SmallDisk(kilobytes: 8192);
        var half = KeepingBest(disk.Path);
        half.Training.StopAtStep = 2;
        FitValidated(half).Dispose();
        byte[] best = File.ReadAllBytes(Path.Combine(disk.Path, "best.safetensors"));
        string filler = string.Empty;

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => FitValidated(KeepingBest(disk.Path), atTheEnd: () => filler = disk.Fill()));

        StringAssert.Contains(error.Message, "cannot be written: No space left on device");
        CollectionAssert.AreEqual(best, File.ReadAllBytes(Path.Combine(disk.Path, "best.safetensors")));
        Assert.IsEmpty(Directory.GetFiles(disk.Path, "*.tmp"));

        File.Delete(filler);
        using var resumed = FitValidated(KeepingBest(disk.Path));
        using var expected = FitValidated(KeepingBest(folder: null));
        Assert.AreEqual(4, resumed.TrainedSteps);
        CollectionAssert.AreEqual(WeightBytes.Of(expected), WeightBytes.Of(resumed));

        static SimpleDiffusionOptions KeepingBest(string? folder)
        {
            var options = Options(folder, steps: 4);
            var training = options.Training;
            (training.EvaluateEverySteps, training.KeepBest, training.MonitoredMetric, training.Metrics) = (1, true, "Fake", [new FakeMetric(step => -step)]);
            return options;
        }

        SimpleDiffusionTransformer FitValidated(SimpleDiffusionOptions options, Action? atTheEnd = null)
            => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context, atTheEnd: atTheEnd), TinyData.View(_context, 3));
    }

    [TestMethod]
    public void Disk_without_room_for_the_checkpoints_is_refused_before_any_data_is_read()
    {
        using var disk = new SmallDisk(kilobytes: 256);

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => _context.Transforms.SimpleDiffusion(Options(disk.Path, steps: 4)).Fit(TinyData.View(_context, atTheEnd: () => Assert.Fail("The data was read."))));

        StringAssert.Contains(error.Message, $"The disk of the checkpoint folder '{disk.Path}' has 0.3 MB left, but 3 more checkpoints");
    }

    [TestMethod]
    public void Folder_that_is_read_only_is_refused_before_any_data_is_read()
    {
        using var disk = new SmallDisk(kilobytes: 4096);
        disk.MakeReadOnly();

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => _context.Transforms.SimpleDiffusion(Options(disk.Path, steps: 4)).Fit(TinyData.View(_context, atTheEnd: () => Assert.Fail("The data was read."))));

        StringAssert.Contains(error.Message, $"The checkpoint folder '{disk.Path}' cannot be written to: Read-only file system");
    }

    [TestMethod]
    public void File_that_does_not_fit_leaves_the_old_one_whole_and_nothing_else()
    {
        using var disk = new SmallDisk(kilobytes: 256);
        string path = Path.Combine(disk.Path, "model");
        Files.Write(path, stream => stream.Write(new byte[1000]));

        var error = Assert.Throws<IOException>(() => Files.Write(path, stream => stream.Write(new byte[1 << 20])));

        StringAssert.Contains(error.Message, "No space left on device");
        CollectionAssert.AreEqual(new byte[1000], File.ReadAllBytes(path));
        Assert.HasCount(1, Directory.GetFiles(disk.Path));
    }

    [TestMethod]
    public void Pictures_that_fit_neither_memory_nor_the_temporary_folder_are_an_error_that_names_it()
    {
        using var disk = new SmallDisk(kilobytes: 64);
        string? before = Environment.GetEnvironmentVariable("TMPDIR");
        Environment.SetEnvironmentVariable("TMPDIR", disk.Path);
        try
        {
            using var store = new RecordStore(recordLength: 32_000, memoryBudget: 0);
            store.Add(new byte[32_000]);
            store.Add(new byte[32_000]);

            var error = Assert.ThrowsExactly<InvalidOperationException>(() => store.Add(new byte[32_000]));

            StringAssert.Contains(error.Message, disk.Path);
            StringAssert.Contains(error.Message, "No space left on device");
            Assert.AreEqual(2, store.Count);
        }
        finally
        {
            Environment.SetEnvironmentVariable("TMPDIR", before);
        }
    }

    private static SimpleDiffusionOptions Options(string? folder, int steps)
    {
        var options = TinyData.Options(steps);
        options.Training.WarmupSteps = 1;
        options.Training.CheckpointDirectory = folder;
        options.Training.CheckpointEverySteps = 1;
        options.Compute.Threads = 1;
        return options;
    }
}
