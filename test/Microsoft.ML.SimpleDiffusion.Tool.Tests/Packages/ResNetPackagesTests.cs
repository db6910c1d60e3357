using System.Xml.Linq;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tool.Packages;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests.Packages;

[TestClass]
public class ResNetPackagesTests
{
    private static readonly string[] Evaluate = ["evaluate", "model.zip", "images", "--resnet18", "--device", "Cpu"];

    [TestMethod]
    public void Version_of_ONNX_Runtime_is_the_one_that_the_build_uses()
    {
        string props = Path.Combine(SourceRoot.Find(), "Directory.Packages.props");
        string used = XDocument.Load(props).Descendants("PackageVersion").Single(item => (string?)item.Attribute("Include") == ResNetPackages.Runtime.Id).Attribute("Version")!.Value;
        Assert.AreEqual(ResNetPackages.Runtime.Version, used.Trim('[', ']'));
    }

    /// <summary>The program neither carries the network nor gets it unasked.</summary>
    [TestMethod]
    public void Packages_that_are_not_here_are_named_and_not_downloaded_unasked()
    {
        using var folder = new TemporaryFolder();
        string? before = Environment.GetEnvironmentVariable("NUGET_PACKAGES");
        try
        {
            Environment.SetEnvironmentVariable("NUGET_PACKAGES", folder.Path);

            var run = ToolRun.Of(Evaluate);

            Assert.AreEqual(ExitCodes.Failure, run.ExitCode);
            StringAssert.Contains(run.Error, "--resnet18 needs Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1 and Microsoft.ML.OnnxRuntime 1.31.1, not here");
            Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
        }
        finally
        {
            Environment.SetEnvironmentVariable("NUGET_PACKAGES", before);
        }

        Assert.IsFalse(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "DnnImageModels")));
    }

    [TestMethod]
    public void Training_needs_images_to_measure_on()
    {
        var run = ToolRun.Of("train", "images", "--resnet18");
        Assert.AreEqual(ExitCodes.Usage, run.ExitCode);
        StringAssert.Contains(run.Error, "say with --validation which share of them");
    }
}
