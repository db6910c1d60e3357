namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>An image cannot be used. The message says why in a clause that others complete with row and path.</summary>
internal sealed class ImageFormatException : Exception
{
    public ImageFormatException(string message)
        : base(message)
    {
    }

    public ImageFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
