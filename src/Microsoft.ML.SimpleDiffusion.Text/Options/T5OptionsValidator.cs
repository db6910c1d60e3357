namespace Microsoft.ML.SimpleDiffusion.Text;

/// <summary>Checks all options in one place.</summary>
internal static class T5OptionsValidator
{
    /// <summary>Bounds a row's vector: with the widest T5, 4096, it has 2^25 numbers.</summary>
    public const int MostTokens = 8192;

    /// <summary>Bounds what the encoder answers at once to 2^28 numbers.</summary>
    public const int MostTokensPerBatch = 65536;

    public const int MostReadAheadRows = 65536;
    public const int MostThreads = 4096;

    private const int MostDevices = 1024;

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="FileNotFoundException">One of the two files does not exist.</exception>
    public static void ValidateNew(T5EncoderOptions options)
    {
        Validate(options);
        RequireFile(nameof(options.ModelFile), options.ModelFile);
        RequireFile(nameof(options.TokenizerFile), options.TokenizerFile);
        Require.NotEmptyUnlessNull(nameof(options.CacheDirectory), options.CacheDirectory);
    }

    /// <summary>The options that a saved transformer has, too.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static void Validate(T5EncoderOptions options)
    {
        Require.NotEmpty(nameof(options.OutputColumnName), options.OutputColumnName);
        Require.NotEmpty(nameof(options.InputColumnName), options.InputColumnName);
        Require.Range(nameof(options.MaxTokens), options.MaxTokens, 2, MostTokens);
        Require.Defined(nameof(options.ModelStorage), options.ModelStorage);
        Require.Range(nameof(options.TokensPerBatch), options.TokensPerBatch, 1, MostTokensPerBatch);
        Require.Range(nameof(options.ReadAheadRows), options.ReadAheadRows, 1, MostReadAheadRows);
        Require.Defined(nameof(options.Device), options.Device);
        Require.Range(nameof(options.DeviceIndex), options.DeviceIndex, 0, MostDevices - 1);
        Require.Range(nameof(options.Threads), options.Threads ?? 1, 1, MostThreads);
    }

    private static void RequireFile(string option, string? path)
    {
        Require.NotEmpty(option, path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The file that the option {option} names does not exist: '{path}'.", path);
        }
    }
}
