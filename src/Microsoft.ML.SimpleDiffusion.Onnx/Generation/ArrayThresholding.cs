using System.Numerics.Tensors;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Generation;

/// <summary>Keeps predicted images in the range of images, as the core's Thresholding does with tensors.</summary>
/// <param name="options">How.</param>
/// <param name="imageLength">Numbers of an image.</param>
internal sealed class ArrayThresholding(SamplingOptions options, int imageLength)
{
    private readonly float[] _sorted = options.Thresholding == ThresholdingType.Dynamic ? new float[imageLength] : [];

    /// <param name="x">Images, one after the other.</param>
    public void Apply(Span<float> x)
    {
        switch (options.Thresholding)
        {
            case ThresholdingType.Static:
                Pixels.Clip(x, 1);
                break;
            case ThresholdingType.Dynamic:
                for (int i = 0; i < x.Length; i += imageLength)
                {
                    ApplyDynamic(x.Slice(i, imageLength));
                }

                break;
        }
    }

    /// <summary>The image is clipped to the given quantile s of its absolute values, at least 1, and divided by s.</summary>
    private void ApplyDynamic(Span<float> image)
    {
        TensorPrimitives.Abs(image, _sorted);
        Array.Sort(_sorted);
        double position = (double)options.DynamicThresholdQuantile * (_sorted.Length - 1);
        int below = (int)Math.Floor(position), above = Math.Min(below + 1, _sorted.Length - 1);
        float s = Math.Max(1, float.Lerp(_sorted[below], _sorted[above], (float)(position - below)));
        Pixels.Clip(image, s);
        TensorPrimitives.Divide(image, s, image);
    }
}
