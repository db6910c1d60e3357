using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>Reads the images or masks of a column to the size and the position in which the model holds its images.</summary>
/// <param name="row">The row to read from.</param>
/// <param name="column">A checked column.</param>
/// <param name="size">The model's size, with 1 channel for masks.</param>
internal sealed class InputImageReader(DataViewRow row, DataViewSchema.Column column, ImageSize size)
{
    private readonly Func<Func<PlanarImage>> _landscape = ImageColumn.CreateCapture(row, column, new TargetFormat(size, AllowsPortrait: false));
    private readonly Func<Func<PlanarImage>> _portrait = ImageColumn.CreateCapture(row, column, new TargetFormat(size.Transposed, AllowsPortrait: false));

    /// <summary>The current row's image, planar [C, H, W], 0 to 255.</summary>
    /// <param name="isPortrait">Whether a portrait is asked for: the image is cropped to that format and laid on its side.</param>
    /// <exception cref="InvalidOperationException">It cannot be read.</exception>
    public byte[] Read(bool isPortrait)
    {
        try
        {
            return isPortrait ? _portrait()().ToLandscape() : _landscape()().Pixels;
        }
        catch (ImageFormatException e)
        {
            throw new InvalidOperationException($"Row {row.Position} of column '{column.Name}': cannot read the image: {e.Message}.", e);
        }
    }
}
