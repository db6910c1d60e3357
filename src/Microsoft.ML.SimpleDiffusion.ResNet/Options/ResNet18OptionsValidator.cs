namespace Microsoft.ML.SimpleDiffusion.ResNet;

/// <summary>Checks all options in one place.</summary>
internal static class ResNet18OptionsValidator
{
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static void Validate(ResNet18Options options)
    {
        Require.NotEmpty(nameof(options.ImageColumnName), options.ImageColumnName);
        Require.NotEmpty(nameof(options.FeatureColumnName), options.FeatureColumnName);
        ValidateMachine(options.NetworkFolder, options.Threads);
    }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static void Validate(ResNet18DistanceOptions options)
    {
        Require.NotEmpty(nameof(options.ImageColumnName), options.ImageColumnName);
        Require.NotEmpty(nameof(options.GeneratedColumnName), options.GeneratedColumnName);
        Require.AtLeast(nameof(options.MaxImages), options.MaxImages, 2);
        Require.NotEmptyUnlessNull(nameof(options.CacheDirectory), options.CacheDirectory);
        ValidateMachine(options.NetworkFolder, options.Threads);
    }

    private static void ValidateMachine(string? networkFolder, int? threads)
    {
        Require.NotEmptyUnlessNull(nameof(ResNet18Options.NetworkFolder), networkFolder);
        Require.Range(nameof(ResNet18Options.Threads), threads ?? 1, 1, OptionsValidator.MaxThreads);
    }
}
