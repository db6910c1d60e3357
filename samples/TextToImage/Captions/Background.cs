using Microsoft.ML;
using SkiaSharp;

namespace TextToImage.Captions;

/// <summary>Puts pictures with transparent parts on a colour. (Left alone, the library puts them on white.)</summary>
/// <param name="colour">The colour.</param>
internal sealed class Background(SKColor colour)
{
    /// <summary>From "#rrggbb".</summary>
    /// <exception cref="InvalidDataException">It is written in another way.</exception>
    public static Background Parse(string text)
        => text.Length == 7 && text[0] == '#' && text.Skip(1).All(char.IsAsciiHexDigit)
            ? new Background(SKColor.Parse(text))
            : throw new InvalidDataException($"The background '{text}' should be a colour such as #ffffff.");

    /// <summary>A step of a pipeline that reads the files of <see cref="CaptionedFile"/> rows and adds <see cref="ComposedImage.Image"/>.</summary>
    public IEstimator<ITransformer> Compose(MLContext context)
        => context.Transforms.CustomMapping<CaptionedFile, ComposedImage>((row, composed) => composed.Image = Compose(row.ImagePath), contractName: null);

    /// <summary>The picture of a file on the colour, as the bytes of a PNG file.</summary>
    /// <exception cref="InvalidDataException">The file is no picture.</exception>
    public byte[] Compose(string path)
    {
        using var picture = SKBitmap.Decode(path) ?? throw new InvalidDataException($"The picture '{path}' cannot be read.");
        using var opaque = new SKBitmap(new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(opaque))
        {
            canvas.Clear(colour);
            canvas.DrawBitmap(picture, 0, 0);
        }

        using var data = opaque.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
