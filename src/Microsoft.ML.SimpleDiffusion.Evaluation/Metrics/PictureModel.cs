using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>Refuses models whose pixels are no bytes, where something is measured or shown that only pictures have.</summary>
internal static class PictureModel
{
    /// <param name="model">The model.</param>
    /// <param name="reason">Why it needs to be one of pictures, as a clause.</param>
    /// <exception cref="InvalidOperationException">Its pixels are of a stated range.</exception>
    public static void Require(SimpleDiffusionTransformer model, string reason)
    {
        var format = PixelFormat.Of(model.Options);
        if (!format.IsBytes)
        {
            throw new InvalidOperationException($"{reason}, but the model's pixels are numbers of {format} (PixelMinimum to PixelMaximum). Evaluate compares columns of features of any images, and EvaluateDenoising measures any model.");
        }
    }
}
