using Ablations;
using SkiaSharp;

namespace TextToImage.Generation;

/// <summary>A row per caption: its text, then some pictures at each guidance scale, from the same noise.</summary>
internal static class CaptionGrid
{
    private const int PicturesPerScale = 4;
    private const int Gap = 3;
    private const int WideGap = 12;
    private const int HeaderHeight = 24;
    private const int SmallestTile = 64;
    private const float TextSize = 15;

    /// <summary>Generates the pictures and writes the grid.</summary>
    /// <param name="generator">The model.</param>
    /// <param name="captions">A caption and what is said about it below, per row.</param>
    /// <param name="scales">Guidance scales.</param>
    /// <param name="samplingSteps">Network evaluations per picture.</param>
    /// <param name="path">The PNG file.</param>
    public static void Write(
        PictureGenerator generator, IReadOnlyList<(string Caption, string? Note)> captions, IReadOnlyList<float> scales, int samplingSteps, string path)
    {
        // Small pictures are enlarged by a whole factor, so that each pixel stays a square.
        int tile = generator.Size * Math.Max(1, SmallestTile / generator.Size);
        using var paint = new SKPaint { Color = SKColors.Black, IsAntialias = true, TextSize = TextSize };
        int left = (2 * WideGap) + (int)captions.Max(row => Math.Max(paint.MeasureText(row.Caption), paint.MeasureText(row.Note ?? string.Empty)));
        int groupWidth = (PicturesPerScale * (tile + Gap)) + WideGap;
        using var surface = SKSurface.Create(new SKImageInfo(left + (scales.Count * groupWidth), HeaderHeight + (captions.Count * (tile + Gap))));
        surface.Canvas.Clear(SKColors.White);
        for (int row = 0; row < captions.Count; row++)
        {
            float middle = Top(row) + (tile / 2f) + (TextSize / 3);
            float shift = captions[row].Note is null ? 0 : TextSize * 0.65f;
            surface.Canvas.DrawText(captions[row].Caption, WideGap, middle - shift, paint);
            surface.Canvas.DrawText(captions[row].Note ?? string.Empty, WideGap, middle + shift, paint);
        }

        string[] repeated = captions.SelectMany(row => Enumerable.Repeat(row.Caption, PicturesPerScale)).ToArray();
        for (int group = 0; group < scales.Count; group++)
        {
            int x = left + (group * groupWidth);
            surface.Canvas.DrawText(FormattableString.Invariant($"guidance {scales[group]}"), x, TextSize + Gap, paint);
            var pictures = generator.Generate(repeated, scales[group], samplingSteps);
            for (int i = 0; i < pictures.Count; i++)
            {
                using var bitmap = Planes.ToBitmap(pictures[i], generator.Size);
                surface.Canvas.DrawBitmap(bitmap, SKRect.Create(x + (i % PicturesPerScale * (tile + Gap)), Top(i / PicturesPerScale), tile, tile));
            }
        }

        using var snapshot = surface.Snapshot();
        using var data = snapshot.Encode(SKEncodedImageFormat.Png, 100);
        WholeFile.Write(path, data.SaveTo);

        int Top(int row) => HeaderHeight + (row * (tile + Gap));
    }
}
