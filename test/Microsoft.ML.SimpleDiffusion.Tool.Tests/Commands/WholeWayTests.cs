using System.Text.RegularExpressions;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests.Commands;

/// <summary>From a folder of images to a model, and everything that is done with one.</summary>
[TestClass]
public class WholeWayTests
{
    [TestMethod]
    public void Folder_per_class_becomes_a_model_that_every_command_works_with()
    {
        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 22, "heart", "star"), model = folder.File("out/model.zip");
        Succeed(["train", images, "--output", model, "--validation", "0.2", .. TinyTraining.Arguments]);
        foreach (string extension in (string[])[".zip", ".png", ".md"])
        {
            Assert.IsTrue(File.Exists(Path.ChangeExtension(model, extension)), extension);
        }

        StringAssert.Contains(File.ReadAllText(Path.ChangeExtension(model, ".md")), "of 2 classes");
        string info = Succeed("info", model, "--history").Output;
        StringAssert.Contains(info, "heart, star");
        StringAssert.Contains(info, "Training.Steps");
        StringAssert.Contains(info, "step 2, loss");

        Succeed("generate", model, "--label", "star", "--count", "2", "--output", folder.File("grid.png"), "--seed", "3");
        Succeed("generate", model, "--count", "2", "--files", folder.File("files"), "--guidance", "2", "--sampler", "Ddim", "--set", "Sampling.DdimEta=1");
        CollectionAssert.AreEqual(new[] { "heart-0001.png", "heart-0002.png", "star-0001.png", "star-0002.png" }, Directory.GetFiles(folder.File("files")).Select(Path.GetFileName).Order().ToArray());

        Succeed("export", "safetensors", model, folder.File("weights"));
        Succeed("info", folder.File("weights"));
        StringAssert.Contains(Succeed("evaluate", model, images, "--count", "4", "--samples-per-image", "1", "--classifier-epochs", "1").Output, "bits per dimension");
        Succeed("report", model, images, "--count", "10", "--guidance", "1", "--classifier-epochs", "1", "--samples-per-class", "1", "--title", "<b>", "--output", folder.File("report.html"));
        StringAssert.Contains(File.ReadAllText(folder.File("report.html")), "<h1>&lt;b&gt;</h1>");
    }

    [TestMethod]
    public void Model_is_distilled_to_one_that_says_so_and_that_every_command_works_with()
    {
        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 22, "heart", "star"), model = folder.File("model.zip"), student = folder.File("student.zip");
        Succeed(["train", images, "--output", model, .. TinyTraining.Arguments]);
        string[] distill = ["distill", model, images, "--output", student, "--steps", "2", "--guidance", "3", "--teacher-steps", "4", "--training-steps", "2", "--batch", "4", "--device", "Cpu", "--threads", "1", "--seed", "1"];
        Succeed(distill);

        StringAssert.Contains(File.ReadAllText(folder.File("student.md")), "Distilled to 2 steps by the method Segment");
        Assert.IsTrue(File.Exists(folder.File("student.png")));
        StringAssert.Contains(Succeed("info", student).Output.ReplaceLineEndings(" "), "guidance 3");
        StringAssert.Contains(Succeed("info", student).Output, "student.md");
        Succeed("generate", student, "--label", "star", "--count", "1", "--output", folder.File("grid.png"));
        StringAssert.Contains(Succeed("evaluate", student, images, "--count", "4", "--classifier-epochs", "1").Output, "agreement");
        Succeed("report", student, images, "--count", "10", "--classifier-epochs", "1", "--samples-per-class", "1", "--output", folder.File("report.html"));
        Assert.DoesNotContain("id=\"few-steps\"", File.ReadAllText(folder.File("report.html")));
        string[] report = ["report", model, images, "--count", "10", "--guidance", "1", "--classifier-epochs", "1", "--samples-per-class", "1", "--output", folder.File("report.html")];
        Succeed([.. report, "--student", student, "--student", student]);
        Assert.AreEqual(2, Regex.Count(File.ReadAllText(folder.File("report.html")), "<th scope=\"row\">distilled to 2 steps .Segment, from 4 steps of DPM-Solver.* 2M, guidance 3.</th><td>2</td>"));
        StringAssert.Contains(Fail(ExitCodes.Failure, [.. report, "--student", model]), "Students[0] must be a distilled model");
        StringAssert.Contains(Fail(ExitCodes.Failure, [.. report, "--student", folder.File("none.zip")]), "There is no model");
        StringAssert.Contains(Fail(ExitCodes.Failure, "generate", student, "--steps", "5"), "must be 2: the model has been distilled to draw in 2 steps");
        StringAssert.Contains(Fail(ExitCodes.Failure, "distill", model, images, "--output", student, "--steps", "0", "--guidance", "2", "--device", "Cpu"), "SamplingSteps must be 1 to 64");
        StringAssert.Contains(Fail(ExitCodes.Failure, [.. distill.Select(word => word == "4" ? "5" : word)]), "must be a multiple of SamplingSteps (2)");
    }

    [TestMethod]
    public void Training_goes_on_where_it_was_unless_told_to_begin_anew()
    {
        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 4, "heart"), model = folder.File("model.zip");
        string[] train = ["train", images, "--unconditional", "--output", model, .. TinyTraining.Arguments];
        Succeed(train);
        Assert.IsTrue(Directory.Exists(folder.File("model.checkpoints")));
        StringAssert.Contains(Succeed([.. train, "--steps", "4"]).Error, "4 of 4");
        Succeed([.. train, "--restart"]);
        Assert.IsTrue(Directory.Exists(folder.File("model.checkpoints/set-aside")));
    }

    [TestMethod]
    public void Captions_become_a_model_that_is_asked_in_words()
    {
        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 4, "."), model = folder.File("model.zip");
        File.WriteAllLines(folder.File("captions.tsv"), ["file\tcaption", .. Enumerable.Range(0, 4).Select(i => $"{i}.png\tgrey {i}")]);
        Succeed(["train", images, "--captions", folder.File("captions.tsv"), "--output", model, .. TinyTraining.Arguments]);
        Succeed("generate", model, "--prompt", "grey 1", "--count", "1", "--output", folder.File("grid.png"));
        StringAssert.Contains(Fail(ExitCodes.Usage, "generate", model), "say what with --prompt");
        StringAssert.Contains(Fail(ExitCodes.Usage, "generate", model, "--label", "star"), "no classes");
    }

    [TestMethod]
    public void Sweep_keeps_the_best_model()
    {
        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 10, "heart", "star");
        string output = Succeed(
            ["sweep", images, "--vary", "Training.LearningRate=1e-4..1e-3", "--trials", "2", "--validation", "0.3", "--folder", folder.File("sweep"), "--output", folder.File("best.zip"), .. TinyTraining.Arguments]).Output;
        StringAssert.Contains(output, "LearningRate");
        Assert.IsTrue(File.Exists(folder.File("best.zip")));
    }

    [TestMethod]
    public void Sweep_is_joined_by_its_folder_alone()
    {
        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 10, "heart", "star"), sweep = folder.File("sweep");
        Succeed(["sweep", images, "--vary", "Training.LearningRate=1e-4..1e-3", "--trials", "2", "--validation", "0.3", "--folder", sweep, "--output", folder.File("best.zip"), .. TinyTraining.Arguments]);

        // What one process has done another does again.
        Assert.IsTrue(File.Exists(Path.Combine(sweep, "trial-0001", "rung-0.json")));
        File.Delete(Path.Combine(sweep, "trial-0001", "rung-0.json"));
        File.Delete(folder.File("best.zip"));
        string output = Succeed("sweep", "join", sweep).Output;

        StringAssert.Contains(output, "LearningRate");
        Assert.IsTrue(File.Exists(Path.Combine(sweep, "trial-0001", "rung-0.json")));
        Assert.IsFalse(File.Exists(folder.File("best.zip")));
        Directory.Move(images, folder.File("moved"));
        StringAssert.Contains(Fail(ExitCodes.Failure, "sweep", "join", sweep), images);
        Succeed("sweep", "join", sweep, "--images", folder.File("moved"));
    }

    [TestMethod]
    public void Folder_without_a_sweep_cannot_be_joined()
    {
        using var folder = new TemporaryFolder();
        StringAssert.Contains(Fail(ExitCodes.Usage, "sweep", "join", folder.Path), $"There is no sweep to join in '{folder.Path}'");
        File.WriteAllText(folder.File("command.json"), "[");
        StringAssert.Contains(Fail(ExitCodes.Usage, "sweep", "join", folder.Path), "is damaged");
        File.WriteAllText(folder.File("command.json"), """["images", "--unheard-of"]""");
        StringAssert.Contains(Fail(ExitCodes.Usage, "sweep", "join", folder.Path), "The sweep was begun with what this version does not know");
    }

    [TestMethod]
    public void Wishes_that_a_model_cannot_fulfil_are_refused()
    {
        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 2, "heart", "star"), model = folder.File("model.zip");
        Succeed(["train", images, "--output", model, .. TinyTraining.Arguments]);
        StringAssert.Contains(Fail(ExitCodes.Usage, "generate", model, "--label", "moon"), "The model knows no class 'moon', only heart, star.");
        StringAssert.Contains(Fail(ExitCodes.Usage, "generate", model, "--prompt", "a moon"), "with --label, not with --prompt");
        StringAssert.Contains(Fail(ExitCodes.Usage, "generate", model, "--set", "Training.Steps=1"), "is no sampling option");
        StringAssert.Contains(Fail(ExitCodes.Failure, "evaluate", model, Path.Combine(images, "heart")), "in no folders of classes");
    }

    [TestMethod]
    public void Stopped_training_says_so_with_the_code_of_the_signal_and_writes_no_model()
    {
        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 4, "heart");
        var run = ToolRun.Of(signals => signals.Stop(ExitCodes.Terminated), ["train", images, "--output", folder.File("model.zip"), .. TinyTraining.Arguments]);
        Assert.AreEqual(ExitCodes.Terminated, run.ExitCode, run.Error);
        Assert.IsFalse(File.Exists(folder.File("model.zip")));
    }

    [TestMethod]
    [DataRow("none", "none")]
    [DataRow("", "no images")]
    public void Folder_that_is_missing_or_empty_is_named(string name, string message)
    {
        using var folder = new TemporaryFolder();
        StringAssert.Contains(Fail(ExitCodes.Failure, ["train", folder.File(name), .. TinyTraining.Arguments]), message);
    }

    private static ToolRun Succeed(params string[] args)
    {
        var run = ToolRun.Of(args);
        Assert.AreEqual(ExitCodes.Success, run.ExitCode, run.Error);
        return run;
    }

    private static string Fail(int code, params string[] args)
    {
        var run = ToolRun.Of(args);
        Assert.AreEqual(code, run.ExitCode, run.Error);
        return run.Error;
    }
}
