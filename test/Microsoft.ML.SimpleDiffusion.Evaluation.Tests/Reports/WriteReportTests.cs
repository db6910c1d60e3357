using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports;

/// <summary>Whole reports on models that have hardly been trained.</summary>
[TestClass]
public class WriteReportTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Report_on_a_model_with_classes_has_all_sections()
    {
        using var folder = new TemporaryFolder();
        using var model = Train(TinyData.Options(steps: 2));
        var said = new List<string>();
        _context.ImageGeneration().WriteReport(folder.File("report.html"), model, Labelled(), new ReportOptions
        {
            GuidanceScales = [3],
            MaxImages = 10,
            SamplesPerClass = 2,
            NeighborsShown = 3,
            ClassifierEpochs = 1,
            Progress = new Said(said),
        });
        string page = File.ReadAllText(folder.File("report.html"));
        foreach (string expected in (string[])["id=\"samples\"", "2 generated pictures of green", "Classifier distance", "1 (stored)", "id=\"neighbors\"", "Training.LearningRate"])
        {
            StringAssert.Contains(page, expected);
        }

        Assert.AreEqual(3, page.Split("the real picture nearest to it").Length - 1);
        CollectionAssert.Contains(said, "Generating 10 pictures at guidance scale 3 ...");
        Assert.HasCount(1, Directory.GetFiles(folder.Path), "no temporary file is left");
    }

    [TestMethod]
    public void Report_says_nothing_of_the_machine()
    {
        using var folder = new TemporaryFolder();
        var options = TinyData.Options(steps: 1);
        options.Training.CheckpointDirectory = folder.File("telltale-run");
        options.Training.TensorBoardDirectory = folder.File("telltale-events");
        using var model = Train(options);

        _context.ImageGeneration().WriteReport(folder.File("telltale.html"), model, Labelled(), new ReportOptions { MaxImages = 10, GuidanceScales = [2], ClassifierEpochs = 1 });

        string page = File.ReadAllText(folder.File("telltale.html"));
        foreach (string word in new[] { "telltale", folder.Path, "CheckpointDirectory", "TensorBoardDirectory", "Threads" })
        {
            Assert.DoesNotContain(word, page);
        }
    }

    [TestMethod]
    public void Report_on_a_model_without_classes_compares_coarse_pixels()
    {
        using var folder = new TemporaryFolder();
        var options = TinyData.Options(steps: 1);
        options.ConditionColumnName = null;
        using var model = Train(options);
        var log = new CapturedLog();
        var throwing = new ReportOptions { MaxImages = 10, Progress = new Throwing() };
        log.Context.ImageGeneration().WriteReport(folder.File("report.html"), model, TinyData.View(_context, 40), throwing);
        Assert.HasCount(1, log.With("The report goes on, but the handler in ReportOptions.Progress failed: no window"));
        string page = File.ReadAllText(folder.File("report.html"));
        StringAssert.Contains(page, "their pixels at 8×8");
        Assert.DoesNotContain("id=\"guidance\"", page);
        Assert.DoesNotContain("Class agreement", page);
    }

    [TestMethod]
    public void Report_on_a_model_with_captions_draws_those_of_the_data()
    {
        using var folder = new TemporaryFolder();
        using var model = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(Labelled());
        _context.ImageGeneration().WriteReport(folder.File("report.html"), model, Labelled(), new ReportOptions { MaxImages = 10, GuidanceScales = [2] });
        string page = File.ReadAllText(folder.File("report.html"));
        StringAssert.Contains(page, "text-conditional");
        StringAssert.Contains(page, "id=\"guidance\"");
        Assert.DoesNotContain("Class agreement", page);
    }

    [TestMethod]
    public void Too_few_pictures_are_an_error_that_says_how_many_are_needed()
    {
        using var folder = new TemporaryFolder();
        using var model = Train(TinyData.Options(steps: 1));
        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => _context.ImageGeneration().WriteReport(folder.File("report.html"), model, TinyData.View(_context, 12)));
        StringAssert.Contains(error.Message, "There are 12 pictures, but a report needs 40 or more");
        Assert.IsEmpty(Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void Class_that_the_model_does_not_know_is_an_error_that_names_it()
    {
        using var folder = new TemporaryFolder();
        using var model = Train(TinyData.Options(steps: 1));
        var rows = TinyData.Rows(48).Select((row, i) => new TinyRow { Image = row.Image, Label = i == 40 ? "mauve" : row.Label });
        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => _context.ImageGeneration().WriteReport(folder.File("report.html"), model, _context.Data.LoadFromEnumerable(rows)));
        StringAssert.Contains(error.Message, "'mauve'");
    }

    [TestMethod]
    public void Missing_folder_is_told_before_any_work()
    {
        using var folder = new TemporaryFolder();
        using var model = Train(TinyData.Options(steps: 1));
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => _context.ImageGeneration().WriteReport(folder.File("none/report.html"), model, Labelled()));
    }

    [TestMethod]
    public void Cancelled_report_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        using var model = Train(TinyData.Options(steps: 1));
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => _context.ImageGeneration().WriteReport(
            folder.File("report.html"), model, Labelled(), new ReportOptions { CancellationToken = cancellation.Token }));
        Assert.IsEmpty(Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    [DataRow(nameof(ReportOptions.GuidanceScales))]
    [DataRow(nameof(ReportOptions.MaxImages))]
    [DataRow(nameof(ReportOptions.SamplesPerClass))]
    [DataRow(nameof(ReportOptions.MaxClassesShown))]
    [DataRow(nameof(ReportOptions.NeighborsShown))]
    [DataRow(nameof(ReportOptions.ClassifierEpochs))]
    public void Option_out_of_range_is_named(string option)
    {
        var options = new ReportOptions();
        var property = typeof(ReportOptions).GetProperty(option)!;
        property.SetValue(options, property.PropertyType == typeof(int) ? 0 : new[] { -1f });
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(options.Validate);
        Assert.AreEqual(option, error.ParamName);
    }

    private SimpleDiffusionTransformer Train(SimpleDiffusionOptions options) => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));

    private IDataView Labelled() => _context.Data.LoadFromEnumerable(TinyData.Rows(48));

    private sealed class Throwing : IProgress<string>
    {
        public void Report(string value) => throw new InvalidOperationException("no window");
    }

    private sealed class Said(List<string> messages) : IProgress<string>
    {
        public void Report(string value) => messages.Add(value);
    }
}
