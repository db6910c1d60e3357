using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Loads a folder of images with a damaged captions file.</summary>
internal sealed class CaptionsFileTarget : FuzzTarget
{
    private readonly MLContext _context = new(1);
    private readonly TemporaryFolder _folder = new();

    public CaptionsFileTarget()
    {
        File.WriteAllText(_folder.File("a.png"), string.Empty);
        File.WriteAllText(_folder.File("b.png"), string.Empty);
    }

    public override string Name => "captions-file";

    public override IReadOnlyList<byte[]> Corpus { get; } =
    [
        [.. "file\tcaption\na.png\ta red circle\nb.png\ta blue square\n"u8],
        [.. "caption,file_name,other\r\n\"a \"\"red\"\" circle, large\",a.png,1\r\n\"two\nlines\",b.png,2\r\n"u8],
        [.. "image;text\na.png;été 🎨\n"u8],
    ];

    public override void Read(byte[] input)
    {
        File.WriteAllBytes(_folder.File("captions.tsv"), input);
        var view = _context.Data.LoadFromImageFolder(_folder.Path, new ImageFolderOptions { Condition = ImageFolderCondition.Captions });
        if (view.GetColumn<string>("ImagePath").Any(path => Path.GetDirectoryName(path) != _folder.Path))
        {
            throw new InvalidOperationException("A path leads out of the folder.");
        }
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException or FileNotFoundException;

    protected override void Dispose(bool disposing)
    {
        _folder.Dispose();
        base.Dispose(disposing);
    }
}
