using Microsoft.ML.SimpleDiffusion.Evaluation.Reports;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports;

/// <summary>Reports that compare a model with those distilled from it.</summary>
[TestClass]
public class FewStepsReportTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Model_and_students_are_measured_at_the_steps_of_the_students()
    {
        var options = TinyData.Options(steps: 2);
        options.Sampling = new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 2, GuidanceScale = 3 };
        using var teacher = Train(options);
        using SimpleDiffusionTransformer four = Distill(teacher, steps: 4), two = Distill(teacher, steps: 2);
        var said = new List<string>();

        var rows = Collect(teacher, [four, two], new Said(said));

        (FewStepsWay Way, int Evaluations)[] expected =
        [
            (FewStepsWay.Own, 4), (FewStepsWay.Own, 4), (FewStepsWay.Ddim, 4), (FewStepsWay.Ddim, 8), (FewStepsWay.DpmSolver, 4), (FewStepsWay.DpmSolver, 8),
            (FewStepsWay.Student, 2), (FewStepsWay.Student, 4),
        ];
        CollectionAssert.AreEqual(expected, rows.Select(row => (row.Way, row.Evaluations)).ToArray());
        Assert.AreEqual("this model, 2 steps of DDIM, guidance 3", rows[0].Name);
        Assert.AreEqual("distilled to 2 steps (Segment, from 16 steps of DPM-Solver++ 2M, guidance 3)", rows[6].Name);
        Assert.Contains($"Generating 10 pictures for the section on few steps: {rows[7].Name} ...", said);

        // Two steps of DDIM are the model's own sampling: the same pictures. With another seed they are others.
        Assert.AreEqual(rows[0].Distance, rows[2].Distance);
        CollectionAssert.AreEqual(rows[0].Images.Png, rows[2].Images.Png);
        CollectionAssert.AreNotEqual(rows[0].Images.Png, rows[1].Images.Png);
        Assert.IsTrue(rows.All(row => row is { Distance: not null, Agreement: not null }));
    }

    [TestMethod]
    public void Student_is_compared_with_its_own_student_at_no_steps_but_its_own()
    {
        using var teacher = Train(TinyData.Options(steps: 1));
        using var four = Distill(teacher, steps: 4);
        using var two = Distill(four, steps: 2);

        var rows = Collect(four, [two]);

        CollectionAssert.AreEqual(new[] { FewStepsWay.Own, FewStepsWay.Own, FewStepsWay.Student }, rows.Select(row => row.Way).ToArray());
        CollectionAssert.AreEqual(new[] { 4, 4, 2 }, rows.Select(row => row.Evaluations).ToArray());
    }

    [TestMethod]
    public void Student_without_classes_has_a_distance_and_no_agreement()
    {
        var options = TinyData.Options(steps: 1);
        options.ConditionColumnName = null;
        using var teacher = Train(options);
        using var student = Distill(teacher, steps: 1);

        var rows = Collect(teacher, [student]);

        Assert.HasCount(5, rows);
        Assert.IsTrue(rows.All(row => row is { Distance: not null, Agreement: null }));
    }

    [TestMethod]
    public void Captions_of_the_reported_models_column_are_what_a_student_of_another_column_is_asked()
    {
        using var teacher = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(Labelled());
        var renamed = _context.Transforms.CopyColumns("Caption", "Label").Fit(Labelled()).Transform(Labelled());
        using var student = _context.Transforms.DistillSimpleDiffusion(teacher, Distillation(steps: 1, conditionColumnName: "Caption")).Fit(renamed);

        Assert.HasCount(5, Collect(teacher, [student]));
    }

    [TestMethod]
    public void Section_is_there_with_students_alone()
    {
        using var folder = new TemporaryFolder();
        using var teacher = Train(TinyData.Options(steps: 1));
        using var student = Distill(teacher, steps: 1);

        StringAssert.Contains(Write(student), "id=\"few-steps\"");
        Assert.DoesNotContain("id=\"few-steps\"", Write());

        string Write(params SimpleDiffusionTransformer[] students)
        {
            _context.ImageGeneration().WriteReport(folder.File("report.html"), teacher, Labelled(), Options(students));
            return File.ReadAllText(folder.File("report.html"));
        }
    }

    [TestMethod]
    public void Model_that_has_been_trained_is_no_student()
    {
        using var teacher = Train(TinyData.Options(steps: 1));
        Refuse(teacher, teacher, "The option Students[0] must be a distilled model, as DistillSimpleDiffusion makes them: this one has been trained.");
    }

    [TestMethod]
    public void Student_of_another_size_is_refused()
    {
        using var teacher = Train(TinyData.Options(steps: 1));
        var options = TinyData.Options(steps: 1);
        options.ImageWidth = 16;
        using var other = Train(options);
        using var student = Distill(other, steps: 1);
        Refuse(teacher, student, "must draw pictures of 8×8 with 3 channels like the reported model, not of 8×16 with 3 channels.");
    }

    [TestMethod]
    public void Student_of_other_pixels_is_refused()
    {
        using var teacher = Train(TinyData.Options(steps: 1));
        var options = TinyData.Options(steps: 1);
        (options.PixelMinimum, options.PixelMaximum) = (0, 1000);
        using var other = Train(options);
        using var student = Distill(other, steps: 1);
        Refuse(teacher, student, "must draw pixels of 0 to 255 (bytes) like the reported model, not of 0 to 1000.");
    }

    [TestMethod]
    public void Student_that_is_asked_otherwise_is_refused()
    {
        using var teacher = Train(TinyData.Options(steps: 1));
        var options = TinyData.Options(steps: 1);
        options.ConditionColumnName = null;
        using var other = Train(options);
        using var student = Distill(other, steps: 1);
        Refuse(teacher, student, "must be asked for pictures as the reported model is (by class), not otherwise (unconditional).");
    }

    [TestMethod]
    [DataRow(new[] { "red", "green" }, "it does not know 'blue'.")]
    [DataRow(new[] { "red", "green", "blue", "mauve" }, "'mauve' is not among them.")]
    public void Student_of_other_classes_is_refused(string[] labels, string message)
    {
        using var teacher = Train(TinyData.Options(steps: 1));
        var data = TinyData.Keyed(_context, TinyData.Rows(24), labels);
        using var other = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(data);
        using var student = _context.Transforms.DistillSimpleDiffusion(other, Distillation(steps: 1)).Fit(data);
        Refuse(teacher, student, $"must know the classes of the reported model and no others: {message}");
    }

    [TestMethod]
    public void Missing_students_are_named()
    {
        using var teacher = Train(TinyData.Options(steps: 1));
        Refuse(teacher, null!, "The option Students[0] must not be null.");
        var options = new ReportOptions { Students = null! };
        Assert.AreEqual("Students", Assert.ThrowsExactly<ArgumentOutOfRangeException>(options.Validate).ParamName);
        options.Students = new SimpleDiffusionTransformer[11];
        Assert.AreEqual("Students.Count", Assert.ThrowsExactly<ArgumentOutOfRangeException>(options.Validate).ParamName);
    }

    [TestMethod]
    public void Student_that_has_been_disposed_of_is_told_before_any_work()
    {
        using var teacher = Train(TinyData.Options(steps: 1));
        var student = Distill(teacher, steps: 1);
        student.Dispose();
        var said = new List<string>();
        var options = Options(student);
        options.Progress = new Said(said);

        Assert.ThrowsExactly<ObjectDisposedException>(() => _context.ImageGeneration().WriteReport("never.html", teacher, Labelled(), options));

        Assert.IsEmpty(said);
    }

    private void Refuse(SimpleDiffusionTransformer model, SimpleDiffusionTransformer student, string message)
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.ImageGeneration().WriteReport("never.html", model, Labelled(), Options(student)));
        StringAssert.Contains(error.Message, message);
        Assert.AreEqual("Students[0]", error.ParamName);
    }

    private IReadOnlyList<FewStepsRow> Collect(SimpleDiffusionTransformer model, SimpleDiffusionTransformer[] students, IProgress<string>? progress = null)
    {
        var options = Options(students);
        options.Progress = progress;
        return ReportCollector.Collect(_context, model, Labelled(), options).FewSteps;
    }

    private SimpleDiffusionTransformer Train(SimpleDiffusionOptions options) => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));

    private SimpleDiffusionTransformer Distill(SimpleDiffusionTransformer teacher, int steps)
        => _context.Transforms.DistillSimpleDiffusion(teacher, Distillation(steps)).Fit(TinyData.View(_context));

    private static DistillationOptions Distillation(int steps, string? conditionColumnName = null) => new()
    {
        SamplingSteps = steps,
        ConditionColumnName = conditionColumnName,
        Training = new TrainingOptions { Steps = 1, BatchSize = 4 },
        Seed = 1,
        Compute = TinyData.Options().Compute,
    };

    private static ReportOptions Options(params SimpleDiffusionTransformer[] students)
        => new() { Students = students, MaxImages = 10, GuidanceScales = [], ClassifierEpochs = 1, SamplesPerClass = 1, NeighborsShown = 1 };

    private IDataView Labelled() => _context.Data.LoadFromEnumerable(TinyData.Rows(48));

    private sealed class Said(List<string> messages) : IProgress<string>
    {
        public void Report(string value) => messages.Add(value);
    }
}
