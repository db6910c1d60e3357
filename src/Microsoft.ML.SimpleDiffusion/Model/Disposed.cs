namespace Microsoft.ML.SimpleDiffusion.Model;

/// <summary>Says in words that something has been disposed of.</summary>
internal static class Disposed
{
    /// <param name="isDisposed">Whether it has.</param>
    /// <param name="what">What it is, such as "image generator".</param>
    /// <param name="transformer">The transformer.</param>
    /// <exception cref="ObjectDisposedException">It has.</exception>
    public static void ThrowIf(bool isDisposed, string what, ITransformer transformer)
    {
        if (isDisposed)
        {
            string type = transformer.GetType().Name;
            throw new ObjectDisposedException(
                type,
                $"This {what} ({type}) has been disposed of and cannot be used any more. A PredictionEngine disposes of its model with itself, unless OwnsTransformer is false in its options.");
        }
    }
}
