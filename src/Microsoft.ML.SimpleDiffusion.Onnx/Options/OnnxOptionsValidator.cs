namespace Microsoft.ML.SimpleDiffusion.Onnx;

/// <summary>Checks all options of this package in one place.</summary>
internal static class OnnxOptionsValidator
{
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static void Validate(OnnxExportOptions options)
    {
        Require.Defined(nameof(options.Precision), options.Precision);
        Require.Range(nameof(options.ExternalDataFromBytes), options.ExternalDataFromBytes, 1, OnnxExportOptions.MaxInlineBytes);
    }
}
