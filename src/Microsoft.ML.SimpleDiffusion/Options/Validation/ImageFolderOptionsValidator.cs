namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Checks how a folder of images is to be read.</summary>
internal static class ImageFolderOptionsValidator
{
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or two contradict each other.</exception>
    public static void Validate(ImageFolderOptions options)
    {
        Require.Defined(nameof(options.Condition), options.Condition);
        Require.NotEmptyUnlessNull(nameof(options.CaptionsFile), options.CaptionsFile);
        Require.NotEmptyUnlessNull(nameof(options.FileColumnName), options.FileColumnName);
        Require.NotEmptyUnlessNull(nameof(options.CaptionColumnName), options.CaptionColumnName);
        Require.That(
            nameof(options.Extensions),
            options.Extensions,
            options.Extensions is { Count: > 0 } && options.Extensions.All(extension => extension is { Length: > 1 } && extension[0] == '.'),
            "must have one ending or more, each with its dot, such as .png");
        Require.That(
            nameof(options.CaptionsFile),
            options.CaptionsFile,
            options.CaptionsFile is null || options.Condition is ImageFolderCondition.Auto or ImageFolderCondition.Captions,
            $"is of no use with Condition = {options.Condition}");
    }
}
