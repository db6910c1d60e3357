using Microsoft.ML.SimpleDiffusion.TestSupport;

[assembly: DoNotParallelize]

namespace Microsoft.ML.SimpleDiffusion.Docs.Tests;

/// <summary>What a reader copies from the documentation compiles and runs.</summary>
[TestClass]
public class PageTests
{
    private static readonly string Root = SourceRoot.Find();

    public static IEnumerable<object[]> Pages => Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Root, "README.md"))
        .Where(path => PageProgram.Read(path).Blocks > 0)
        .Select(path => new object[] { Path.GetRelativePath(Root, path) });

    [AssemblyInitialize]
    public static void LoadLibTorch(TestContext context) => CpuSetup.LoadLibTorch();

    [TestMethod]
    [DynamicData(nameof(Pages))]
    public void Code_on_the_page_compiles_and_runs(string page)
    {
        using var folder = new TemporaryFolder();
        ImageFiles.Make(folder.File("photos"), each: 24, "dress", "hat");
        CompiledProgram.Run(CompiledProgram.Compile(Path.GetFileNameWithoutExtension(page), PageProgram.Read(Path.Combine(Root, page)).Source), folder.Path);
    }
}
