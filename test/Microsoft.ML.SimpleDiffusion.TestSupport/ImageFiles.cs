using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>Folders of tiny images.</summary>
internal static class ImageFiles
{
    private const int Side = 16;

    /// <summary>Makes a folder for each label, with images of one shade of grey each.</summary>
    /// <param name="root">Where the folders go.</param>
    /// <param name="each">Images of each label.</param>
    /// <param name="labels">Names of the folders.</param>
    /// <returns>The root.</returns>
    public static string Make(string root, int each, params string[] labels)
    {
        foreach (string label in labels)
        {
            string folder = Directory.CreateDirectory(Path.Combine(root, label)).FullName;
            for (int i = 0; i < each; i++)
            {
                Draw(Path.Combine(folder, $"{i}.png"), (byte)(10 * i));
            }
        }

        return root;
    }

    private static void Draw(string path, byte grey)
    {
        using var bitmap = new SKBitmap(Side, Side);
        bitmap.Erase(new SKColor(grey, grey, grey));
        using var file = File.Create(path);
        bitmap.Encode(file, SKEncodedImageFormat.Png, quality: 100);
    }
}
