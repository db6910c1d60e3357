using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests;

[TestClass]
public class ReportCommandTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Missing_model_ends_the_command_with_an_error_and_no_report()
    {
        using var folder = new TemporaryFolder();
        Assert.AreEqual(1, Run(folder, folder.File("none.zip"), folder.Path));
        Assert.IsFalse(File.Exists(folder.File("report.html")));
    }

    [TestMethod]
    public void Command_writes_the_report_of_a_model_on_files()
    {
        using var folder = new TemporaryFolder();
        string images = folder.File("images");
        foreach (string label in TinyData.Labels)
        {
            Directory.CreateDirectory(Path.Combine(images, label));
            for (int i = 0; i < 14; i++)
            {
                DrawPicture(Path.Combine(images, label, $"{i}.png"), (byte)(10 * i));
            }
        }

        var options = TinyData.Options(steps: 1);
        options.ImageColumnName = "ImagePath";
        var data = ImageFolder.Load(_context, new DirectoryInfo(images), options, hasClasses: true);
        using (var model = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.SimpleDiffusion(options)).Fit(data))
        {
            _context.Model.Save(model, data.Schema, folder.File("model.zip"));
        }

        Assert.AreEqual(0, Run(folder, folder.File("model.zip"), images, "--pictures", "10", "--guidance", "1", "--classifier-epochs", "1", "--samples-per-class", "1", "--title", "<b>"));
        StringAssert.Contains(File.ReadAllText(folder.File("report.html")), "<h1>&lt;b&gt;</h1>");
    }

    private static int Run(TemporaryFolder folder, string model, string images, params string[] others)
        => ReportCommand.Create().Parse([model, "--images", images, "--output", folder.File("report.html"), .. others]).Invoke();

    private static void DrawPicture(string path, byte grey)
    {
        using var bitmap = new SkiaSharp.SKBitmap(TinyData.Side, TinyData.Side);
        bitmap.Erase(new SkiaSharp.SKColor(grey, grey, grey));
        using var file = File.Create(path);
        bitmap.Encode(file, SkiaSharp.SKEncodedImageFormat.Png, quality: 100);
    }
}
