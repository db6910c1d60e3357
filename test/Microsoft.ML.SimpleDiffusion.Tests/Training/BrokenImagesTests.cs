using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training;

/// <summary>A data set of a thousand picture files, one in a hundred of which is odd or broken.</summary>
[TestClass]
public class BrokenImagesTests
{
    private const int OrdinaryRows = 990;

    private static readonly string[] Broken = ["empty.png", "text.jpg", "cut.jpg", "cut.png", "huge.png", "folder.png", "missing.png"];
    private static readonly string[] Odd = ["cmyk.jpg", "deep.png", "animated.gif", "png-that-says.jpg"];

    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Valid_pictures_of_every_kind_are_trained_on_and_broken_ones_are_counted()
    {
        using var folder = new TemporaryFolder();
        var paths = Paths(folder);
        var log = new List<string>();

        using var data = Load(paths, CorruptImageHandling.Skip, log.Add);

        Assert.AreEqual(Broken.Length, data.SkippedCount);
        Assert.AreEqual(paths.Length - Broken.Length, data.Count);
        foreach (string name in Broken)
        {
            int row = Array.IndexOf(paths, folder.File(name));
            Assert.HasCount(1, log.Where(message => message.StartsWith($"Row {row}: cannot read the image '{folder.File(name)}': ", StringComparison.Ordinal)), name);
        }

        Assert.AreEqual($"{Broken.Length} of {paths.Length} images cannot be read and are left out.", log[^1]);
    }

    [TestMethod]
    public void Each_broken_picture_fails_naming_row_and_path()
    {
        using var folder = new TemporaryFolder();
        _ = Paths(folder);
        foreach (string name in Broken)
        {
            string[] paths = [folder.File("ordinary-0.png"), folder.File("ordinary-1.png"), folder.File(name)];

            var error = Assert.ThrowsExactly<InvalidOperationException>(() => Load(paths, CorruptImageHandling.Fail, _ => { }), name);

            StringAssert.StartsWith(error.Message, $"Row 2: cannot read the image '{folder.File(name)}': ");
            StringAssert.Contains(error.Message, "set Training.CorruptImages to Skip");
        }
    }

    [TestMethod]
    public void File_without_permission_is_refused_naming_row_and_path()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("secret.png");
        File.WriteAllBytes(path, Picture(SKColors.Red, SKEncodedImageFormat.Png));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.None);
        }

        if (CanRead(path))
        {
            Assert.Inconclusive("This user can read every file.");
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Load([path], CorruptImageHandling.Fail, _ => { }));

        StringAssert.Contains(error.Message, $"Row 0: cannot read the image '{path}': it cannot be opened");
    }

    [TestMethod]
    public void Model_is_trained_on_what_can_be_read()
    {
        using var folder = new TemporaryFolder();
        var log = new CapturedLog();
        var options = Options(CorruptImageHandling.Skip);

        using var model = log.Context.Transforms.SimpleDiffusion(options).Fit(View(Paths(folder)));

        Assert.HasCount(1, log.With($"{Broken.Length} of {OrdinaryRows + Broken.Length + Odd.Length} images cannot be read"));
    }

    private ImageDataset Load(string[] paths, CorruptImageHandling handling, Action<string> log)
        => ImageDataset.Load(View(paths), Options(handling), ConditionDescription.None, log, long.MaxValue, CancellationToken.None);

    private IDataView View(string[] paths) => _context.Data.LoadFromEnumerable(paths.Select(path => new { Image = path }));

    private static SimpleDiffusionOptions Options(CorruptImageHandling handling)
    {
        var options = TinyData.Options(steps: 2);
        options.ConditionColumnName = null;
        options.Training.CorruptImages = handling;
        return options;
    }

    /// <summary>Writes the files, and gives the rows: the odd and broken ones lie scattered among the ordinary ones.</summary>
    private static string[] Paths(TemporaryFolder folder)
    {
        for (int i = 0; i < 10; i++)
        {
            File.WriteAllBytes(folder.File($"ordinary-{i}.png"), Picture(new SKColor((byte)(25 * i), 100, 50), SKEncodedImageFormat.Png));
        }

        byte[] jpeg = Picture(SKColors.Green, SKEncodedImageFormat.Jpeg), png = Picture(SKColors.Green, SKEncodedImageFormat.Png);
        File.WriteAllBytes(folder.File("empty.png"), []);
        File.WriteAllText(folder.File("text.jpg"), "This is not a picture.");
        File.WriteAllBytes(folder.File("cut.jpg"), jpeg[..(jpeg.Length * 9 / 10)]);
        File.WriteAllBytes(folder.File("cut.png"), png[..(png.Length / 2)]);
        File.WriteAllBytes(folder.File("huge.png"), OddImages.HugePng(2_000_000_000, 2_000_000_000));
        Directory.CreateDirectory(folder.File("folder.png"));
        File.WriteAllBytes(folder.File("cmyk.jpg"), OddImages.CmykJpeg(255, 0, 0, 255));
        File.WriteAllBytes(folder.File("deep.png"), OddImages.DeepPng(8, 1000, 2000, 3000));
        File.WriteAllBytes(folder.File("animated.gif"), OddImages.AnimatedGif());
        File.WriteAllBytes(folder.File("png-that-says.jpg"), png);

        var paths = Enumerable.Range(0, OrdinaryRows).Select(i => folder.File($"ordinary-{i % 10}.png")).ToList();
        foreach (string name in Broken.Concat(Odd))
        {
            paths.Insert((name.Length * 53) % paths.Count, folder.File(name));
        }

        return [.. paths];
    }

    private static byte[] Picture(SKColor colour, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(16, 16, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.Erase(colour);
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    private static bool CanRead(string path)
    {
        try
        {
            _ = File.ReadAllBytes(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
