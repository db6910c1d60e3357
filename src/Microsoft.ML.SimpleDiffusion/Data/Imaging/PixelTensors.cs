using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>The one map between pixels as bytes, 0 to 255, and pixels as networks see them, -1 to 1.</summary>
internal static class PixelTensors
{
    /// <summary>Half the distance from -1 to 1 in levels: level k stands for k / 127.5 - 1.</summary>
    public const float LevelsPerUnit = 127.5f;

    /// <summary>From bytes of any shape, on their device.</summary>
    public static Tensor FromBytes(Tensor bytes)
    {
        using var scope = NewDisposeScope();
        return bytes.to(ScalarType.Float32).mul_(1 / LevelsPerUnit).sub_(1).MoveToOuterDisposeScope();
    }

    /// <summary>To bytes of the same shape, rounded to the nearest level.</summary>
    public static Tensor ToBytes(Tensor values)
    {
        using var scope = NewDisposeScope();
        return ((values + 1) * LevelsPerUnit).round().clamp(0, byte.MaxValue).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }
}
