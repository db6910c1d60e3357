using System.Xml.Linq;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tool.LibTorch;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests.LibTorch;

[TestClass]
public class TorchPackageTests
{
    [TestMethod]
    public void Version_is_the_one_that_the_build_uses()
    {
        string props = Path.Combine(SourceRoot.Find(), "Directory.Packages.props");
        string used = XDocument.Load(props).Descendants("PackageVersion").Single(item => (string?)item.Attribute("Include") == "libtorch-cpu-linux-x64").Attribute("Version")!.Value;
        Assert.AreEqual(TorchPackage.Version, used.Trim('[', ']'));
    }

    [TestMethod]
    public void Folder_without_libtorch_is_refused_with_what_it_should_have()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("doctor", "--libtorch", folder.Path);
        Assert.AreEqual(ExitCodes.Failure, run.ExitCode);
        StringAssert.Contains(run.Error, "name the folder with libtorch's libraries");
    }
}
