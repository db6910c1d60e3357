using Microsoft.ML.SimpleDiffusion.Text;

namespace Microsoft.ML.SimpleDiffusion.MiniLM;

/// <summary>Checks all options in one place.</summary>
internal static class MiniLMOptionsValidator
{
    /// <summary>The marks of beginning and end, and a token of text.</summary>
    public const int FewestTokens = 3;

    /// <summary>Positions that the encoder has embeddings for.</summary>
    public const int MostTokens = 512;

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static void Validate(MiniLMEncoderOptions options)
    {
        Require.NotEmpty(nameof(options.OutputColumnName), options.OutputColumnName);
        Require.NotEmpty(nameof(options.InputColumnName), options.InputColumnName);
        Require.Range(nameof(options.MaxTokens), options.MaxTokens, FewestTokens, MostTokens);
        Require.NotEmptyUnlessNull(nameof(options.CacheDirectory), options.CacheDirectory);
        Require.Range(nameof(options.TokensPerBatch), options.TokensPerBatch, 1, T5OptionsValidator.MostTokensPerBatch);
        Require.Range(nameof(options.ReadAheadRows), options.ReadAheadRows, 1, T5OptionsValidator.MostReadAheadRows);
        Require.Range(nameof(options.Threads), options.Threads ?? 1, 1, T5OptionsValidator.MostThreads);
    }
}
