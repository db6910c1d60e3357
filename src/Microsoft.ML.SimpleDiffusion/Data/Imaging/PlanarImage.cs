namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>A picture that is as large as the model's pictures, upright.</summary>
/// <param name="Pixels">Planar [C, H, W], 0 to 255.</param>
/// <param name="Size">The model's size, or that with height and width exchanged.</param>
internal readonly record struct PlanarImage(byte[] Pixels, ImageSize Size)
{
    public bool IsPortrait => Size.Height > Size.Width;

    /// <summary>The pixels as a model for landscapes holds them: portraits lie on their side.</summary>
    public byte[] ToLandscape() => IsPortrait ? QuarterTurn.Clockwise(Pixels, Size) : Pixels;
}
