using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tool.Packages;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests.Commands;

/// <summary>The switch --resnet18 of every command that has it.</summary>
[TestClass]
public class ResNetTests
{
    [TestMethod]
    public void Every_command_that_measures_does_so_by_ResNet18_if_told()
    {
        if (ResNetPackages.FindMissing() is { Count: > 0 } missing)
        {
            Assert.Inconclusive($"Not in the user's folder of packages: {string.Join(", ", missing)}.");
        }

        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 22, "heart", "star"), model = folder.File("model.zip");
        string progress = Succeed(["train", images, "--output", model, "--validation", "0.2", "--resnet18", .. TinyTraining.Arguments]).Error;
        StringAssert.Contains(progress, "The ResNet18 Fréchet distance of");
        StringAssert.Contains(Succeed("info", model, "--history").Output, "ResNet18Distance");

        string[] evaluate = ["evaluate", model, images, "--count", "4", "--samples-per-image", "1", "--classifier-epochs", "1", "--resnet18", "--resnet18-cache", folder.File("cache")];
        StringAssert.Contains(Succeed(evaluate).Output, "ResNet18 Fréchet distance");
        Assert.HasCount(1, Directory.GetFiles(folder.File("cache")));

        Succeed("report", model, images, "--count", "10", "--guidance", "1", "--classifier-epochs", "1", "--samples-per-class", "1", "--resnet18", "--output", folder.File("report.html"));
        StringAssert.Contains(File.ReadAllText(folder.File("report.html")), "<th scope=\"row\">ResNet18 Fréchet distance</th>");

        string[] sweep = ["sweep", images, "--vary", "Training.LearningRate=1e-4..1e-3", "--trials", "2", "--validation", "0.3", "--folder", folder.File("sweep"), "--resnet18"];
        StringAssert.Contains(Succeed([.. sweep, "--output", folder.File("best.zip"), .. TinyTraining.Arguments]).Output, "ResNet18Distance after");
        Assert.HasCount(1, Directory.GetFiles(folder.File("sweep/resnet18")));
    }

    private static ToolRun Succeed(params string[] args)
    {
        var run = ToolRun.Of(args);
        Assert.AreEqual(ExitCodes.Success, run.ExitCode, run.Error);
        return run;
    }
}
