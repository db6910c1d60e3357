using Microsoft.ML.SimpleDiffusion.TestSupport;
using SkiaSharp;

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
        foreach (string label in (string[])["dress", "hat"])
        {
            for (int i = 0; i < 24; i++)
            {
                Draw(folder.File($"photos/{label}/{i}.png"), (byte)(10 * i));
            }
        }

        CompiledProgram.Run(CompiledProgram.Compile(Path.GetFileNameWithoutExtension(page), PageProgram.Read(Path.Combine(Root, page)).Source), folder.Path);
    }

    private static void Draw(string path, byte grey)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(16, 16);
        bitmap.Erase(new SKColor(grey, grey, grey));
        using var file = File.Create(path);
        bitmap.Encode(file, SKEncodedImageFormat.Png, quality: 100);
    }
}
