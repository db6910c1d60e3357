using System.Text.Json;
using Microsoft.ML.SimpleDiffusion.Text.Onnx;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Text.Persistence;

/// <summary>What a saved transformer is, as JSON, without what belongs to one machine: cache folder, device and threads.</summary>
internal sealed record T5Configuration
{
    private const int CurrentFormatVersion = 1;
    private const int MostFiles = 1024;

    public required int FormatVersion { get; init; }

    public required T5EncoderOptions Options { get; init; }

    /// <summary>The ONNX file, then its external data.</summary>
    public required IReadOnlyList<FileDigest> Encoder { get; init; }

    public required FileDigest Tokenizer { get; init; }

    public static string Serialize(T5EncoderOptions options, IReadOnlyList<FileDigest> encoder, FileDigest tokenizer)
    {
        var saved = options.Clone();
        saved.ModelFile = options.ModelStorage == T5ModelStorage.Path ? Path.GetFullPath(options.ModelFile) : Path.GetFileName(options.ModelFile);
        saved.TokenizerFile = Path.GetFileName(options.TokenizerFile);
        var configuration = new T5Configuration { FormatVersion = CurrentFormatVersion, Options = saved, Encoder = encoder, Tokenizer = tokenizer };
        return ConfigurationJson.Serialize(configuration);
    }

    /// <exception cref="FormatException">The text is not a configuration of this version.</exception>
    public static T5Configuration Parse(string json) => ConfigurationJson.Parse<T5Configuration>(json, "T5 encoder", configuration => configuration.Check());

    private void Check()
    {
        if (FormatVersion != CurrentFormatVersion)
        {
            throw new FormatException(
                $"The T5 encoder has format version {FormatVersion}, but this version of Microsoft.ML.SimpleDiffusion.Text reads {CurrentFormatVersion}: "
                + "use a newer version.");
        }

        T5OptionsValidator.Validate(Options);
        if (Encoder.Count is < 1 or > MostFiles || Encoder.Any(file => file is null || !ExternalData.IsPlain(file.Name) || file.Length < 0)
            || Tokenizer.Length is < 0 or > EncoderFiles.LargestTokenizer)
        {
            throw new JsonException("Its files are impossible.");
        }
    }
}
