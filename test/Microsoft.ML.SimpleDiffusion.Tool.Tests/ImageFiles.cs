using Microsoft.ML.SimpleDiffusion.TestSupport;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests;

/// <summary>Folders of tiny images.</summary>
internal static class ImageFiles
{
    /// <summary>Options that make training a matter of a second.</summary>
    public static readonly string[] Tiny =
    [
        "--size", "16", "--seed", "1", "--threads", "1", "--device", "Cpu",
        "--set", "Network.BaseChannels=8", "--set", "Network.EmbeddingChannels=8", "--set", "Network.ChannelMultipliers=1,1", "--set", "Network.BlocksPerLevel=1",
        "--set", "Network.TransformerBlocks=1", "--set", "Network.AttentionHeads=1", "--set", "Network.Patching=None", "--set", "Training.Steps=2", "--set", "Training.BatchSize=4",
        "--set", "Sampling.Steps=2", "--set", "Diffusion.NoiseResolution=16",
    ];

    /// <summary>Makes a folder for each label, with images of one shade of grey each.</summary>
    public static string Make(TemporaryFolder folder, int each, params string[] labels)
    {
        string root = folder.File("images");
        foreach (string label in labels)
        {
            for (int i = 0; i < each; i++)
            {
                Draw(Path.Combine(root, label, $"{i}.png"), (byte)(10 * i));
            }
        }

        return root;
    }

    public static void Draw(string path, byte grey)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(16, 16);
        bitmap.Erase(new SKColor(grey, grey, grey));
        using var file = File.Create(path);
        bitmap.Encode(file, SKEncodedImageFormat.Png, quality: 100);
    }
}
