using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Observers;
using SkiaSharp;
using Tensorboard;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Observers;

[TestClass]
public class RunReportsTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Event_file_holds_the_numbers_and_the_samples_of_a_run()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder, steps: 3);
        TrainingProgress? last = null;
        options.Training.Progress = new Callback(progress => last = progress);

        Fit(options);

        var events = EventFile.Read(EventFiles(folder).Single());
        Assert.AreEqual("brain.Event:2", events[0].FileVersion);
        var atEnd = events.Where(e => e.Step == 3).SelectMany(e => e.Summary.Value).ToDictionary(value => value.Tag);
        Assert.AreEqual((float)last!.Loss, atEnd["training/loss"].SimpleValue);
        Assert.AreEqual((float)last.LearningRate, atEnd["training/learning rate"].SimpleValue);
        Assert.AreEqual((float)last.GradientNorm, atEnd["training/gradient norm"].SimpleValue);
        Assert.AreEqual((float)last.ImagesPerSecond, atEnd["speed/images per second"].SimpleValue);
        Assert.AreEqual((float)last.ShareOfPeak, atEnd["speed/share of matrix peak"].SimpleValue);
        Assert.AreEqual((float)last.DataWaitShare, atEnd["speed/share of time waiting for data"].SimpleValue);
        Assert.AreEqual((float)last.MemoryBytes, atEnd["memory/bytes in use"].SimpleValue);
        AssertIsClassGrid(atEnd["samples"].Image.EncodedImageString.ToByteArray());
        CollectionAssert.AreEqual(new long[] { 1, 2, 3 }, Steps(events, "samples"));
        Assert.AreEqual(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), events[^1].WallTime, 3600);
    }

    [TestMethod]
    public void Resumed_run_adds_an_event_file_with_the_steps_that_follow()
    {
        using var folder = new TemporaryFolder();
        Fit(Options(folder, steps: 2));
        string first = EventFiles(folder).Single();

        Fit(Options(folder, steps: 4));

        string second = EventFiles(folder).Single(path => path != first);
        CollectionAssert.AreEqual(new long[] { 1, 2 }, Steps(EventFile.Read(first), "samples"));
        CollectionAssert.AreEqual(new long[] { 3, 4 }, Steps(EventFile.Read(second), "samples"));
        CollectionAssert.AreEqual(new long[] { 4 }, Steps(EventFile.Read(second), "training/loss"));
    }

    [TestMethod]
    public void Samples_are_the_same_pictures_at_the_same_step()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();

        Fit(Options(folder, steps: 2));
        Fit(Options(other, steps: 2));

        CollectionAssert.AreEqual(new[] { "step-00000001.png", "step-00000002.png" }, Samples(folder).Select(path => Path.GetFileName(path)).ToArray());
        foreach (var (one, two) in Samples(folder).Zip(Samples(other)))
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(one), File.ReadAllBytes(two));
        }
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.1f)]
    public void Reports_change_no_bit_of_the_model(float dropout)
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder, steps: 3);
        options.Network.Dropout = dropout;
        var silent = TinyData.Options(steps: 3);
        silent.Network.Dropout = dropout;

        CollectionAssert.AreEqual(Fit(silent), Fit(options));
    }

    [TestMethod]
    public void Unconditional_samples_are_four_rows_of_eight()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder, steps: 1);
        options.ConditionColumnName = null;
        options.Training.TensorBoardDirectory = null;

        Fit(options);

        using var grid = SKBitmap.Decode(Samples(folder).Single());
        Assert.AreEqual(new SKSizeI((8 * 66) + 2, (4 * 66) + 2), grid.Info.Size);
    }

    [TestMethod]
    public void Live_tensors_are_as_many_after_a_grid_as_before()
    {
        using var folder = new TemporaryFolder();
        using var training = new TinyTraining(Options(folder, steps: 1));
        var grids = new SampleGrids(training.Configuration, folder.Path);
        grids.Write(training.Run);
        long before = LiveTensors.Settled();

        grids.Write(training.Run);

        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void Cancellation_while_samples_are_made_keeps_the_checkpoint()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        var options = Options(folder, steps: 1);
        options.Training.CancellationToken = source.Token;
        options.Training.Progress = new Callback(_ => source.Cancel());

        Assert.Throws<OperationCanceledException>(() => Fit(options));

        Assert.HasCount(1, Directory.GetFiles(folder.Path, "*.safetensors"));
        Assert.IsEmpty(Samples(folder));
    }

    [TestMethod]
    public void Folder_for_tensorboard_that_is_a_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("file");
        File.WriteAllText(file, string.Empty);
        var options = TinyData.Options();
        options.Training.TensorBoardDirectory = file;

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(options));

        StringAssert.Contains(error.Message, "Training.TensorBoardDirectory");
        StringAssert.Contains(error.Message, file);
    }

    [TestMethod]
    public void Report_that_cannot_be_written_is_one_warning()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder, steps: 1);
        using var training = new TinyTraining(options);
        var warnings = new List<string>();
        var reports = new RunReports(options.Training.TensorBoardDirectory, warnings.Add);
        var samples = new SampleObserver(training.Run, new SampleGrids(training.Configuration, folder.Path), reports);
        Directory.Delete(options.Training.TensorBoardDirectory!, recursive: true);
        Directory.Delete(folder.File("samples"), recursive: true);

        reports.Write(new TrainingProgress { Step = 1 });
        samples.AfterStep(step: 1, []);

        Assert.HasCount(1, warnings);
        StringAssert.StartsWith(warnings[0], "The training goes on, but its reports cannot be written: ");
    }

    /// <summary>Plain pictures of three classes: three rows of eight, enlarged eight times, with gaps of two pixels.</summary>
    private static void AssertIsClassGrid(byte[] png)
    {
        using var grid = SKBitmap.Decode(png);
        Assert.AreEqual(new SKSizeI((8 * 66) + 2, (3 * 66) + 2), grid.Info.Size);
        Assert.AreEqual(SKColors.White, grid.GetPixel(0, 0));
    }

    private static long[] Steps(IEnumerable<Event> events, string tag)
        => events.Where(e => e.Summary?.Value.Any(value => value.Tag == tag) == true).Select(e => e.Step).ToArray();

    private static string[] EventFiles(TemporaryFolder folder) => Directory.GetFiles(folder.File("tensorboard"));

    private static string[] Samples(TemporaryFolder folder) => Directory.GetFiles(folder.File("samples")).Order().ToArray();

    private static SimpleDiffusionOptions Options(TemporaryFolder folder, int steps)
    {
        var options = TinyData.Options(steps);
        options.Training.WarmupSteps = 1;
        options.Training.CheckpointDirectory = folder.Path;
        options.Training.TensorBoardDirectory = folder.File("tensorboard");
        options.Training.SampleEverySteps = 1;
        options.Sampling.Steps = 2;
        return options;
    }

    private byte[] Fit(SimpleDiffusionOptions options)
    {
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
        return WeightBytes.Of(model);
    }

    private sealed class Callback(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
