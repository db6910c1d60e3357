using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>Model configurations as JSON. Reading is strict: an unknown member means another version, not something to skip.</summary>
internal static class ModelConfigurationJson
{
    /// <summary>Length of the longest configuration that is read, in bytes.</summary>
    public const int MaxLength = 16 << 20;

    private static readonly JsonSerializerOptions Settings = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        MaxDepth = 16,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false), new MetricValuesConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { MachineOptions.LeaveOut, FormerDefaults.Apply } },
    };

    public static string Serialize(ModelConfiguration configuration) => JsonSerializer.Serialize(configuration, Settings);

    /// <exception cref="FormatException">The text is not a configuration of this version.</exception>
    public static ModelConfiguration Parse(string json)
    {
        if (Encoding.UTF8.GetByteCount(json) > MaxLength)
        {
            throw TooLong();
        }

        try
        {
            RequireVersion(json);
            var configuration = JsonSerializer.Deserialize<ModelConfiguration>(json, Settings) ?? throw new JsonException("It is empty.");

            // Nullable annotations are only respected outside lists.
            if (configuration.Condition.ClassLabels.Any(label => label is null))
            {
                throw new JsonException("A class has no label.");
            }

            HistoryCheck.Run(configuration.History);
            RequireEmbeddings(configuration.Condition);

            // A number too large, such as 1e999, is read as infinity, which cannot be written again.
            _ = Serialize(configuration);
            return configuration;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"The model's configuration is damaged: {e.Message}", e);
        }
    }

    public static FormatException TooLong() => new($"The model's configuration is damaged: it is longer than {MaxLength} bytes.");

    private static void RequireEmbeddings(ConditionDescription condition)
    {
        bool hasEmbeddings = condition.Kind == ConditionKind.Embeddings;
        bool fits = hasEmbeddings
            ? condition is { EmbeddingLength: > 0, EmbeddingWidth: > 0 } && (long)condition.EmbeddingLength * condition.EmbeddingWidth <= Array.MaxLength / sizeof(float)
            : condition is { EmbeddingLength: 0, EmbeddingWidth: 0 };
        if (!fits)
        {
            throw new JsonException($"Its embeddings [{condition.EmbeddingLength}, {condition.EmbeddingWidth}] do not fit a condition of the kind {condition.Kind}.");
        }
    }

    private static void RequireVersion(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Settings.MaxDepth });
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("formatVersion", out var property) || !property.TryGetInt32(out int version))
        {
            throw new JsonException("It has no format version.");
        }

        if (version != ModelConfiguration.CurrentFormatVersion)
        {
            throw new FormatException(
                $"The model has format version {version}, but this version of Microsoft.ML.SimpleDiffusion reads {ModelConfiguration.CurrentFormatVersion}: use a newer version.");
        }
    }
}

/// <summary>Checks the history of a run that has been read from a file.</summary>
internal static class HistoryCheck
{
    private const int MaxLosses = 1_000;
    private const int MaxEvaluations = 20_000;

    /// <exception cref="JsonException">It cannot be the history of a run.</exception>
    public static void Run(TrainingHistory history)
    {
        // Nullable annotations are only respected outside lists.
        Require(history.Losses.Count <= MaxLosses && history.Losses.All(point => point is not null && double.IsFinite(point.Loss)), "The loss curve is no loss curve.");
        Require(AreInOrder(history.Losses.Select(point => point.Step)), "The loss curve is not in the order of the steps.");
        Require(history.Evaluations.Count <= MaxEvaluations && history.Evaluations.All(IsEvaluation), "An evaluation is no evaluation.");
        Require(AreInOrder(history.Evaluations.Select(evaluation => evaluation.Step)), "The evaluations are not in the order of the steps.");
    }

    private static bool IsEvaluation(TrainingEvaluation evaluation)
        => evaluation is not null && evaluation.Metrics.Values.All(value => double.IsFinite(value) || double.IsNaN(value));

    private static bool AreInOrder(IEnumerable<long> steps)
    {
        long before = -1;
        foreach (long step in steps)
        {
            if (step <= before)
            {
                return false;
            }

            before = step;
        }

        return true;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new JsonException(otherwise);
        }
    }
}

/// <summary>Values of metrics by their names. One that is not finite is null in JSON, which has no word for it, and NaN when read again.</summary>
internal sealed class MetricValuesConverter : JsonConverter<IReadOnlyDictionary<string, double>>
{
    public override IReadOnlyDictionary<string, double> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var values = JsonSerializer.Deserialize<Dictionary<string, double?>>(ref reader, options) ?? throw new JsonException("An evaluation has no metrics.");
        return values.ToDictionary(pair => pair.Key, pair => pair.Value ?? double.NaN);
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, double> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, number) in value)
        {
            if (double.IsFinite(number))
            {
                writer.WriteNumber(name, number);
            }
            else
            {
                writer.WriteNull(name);
            }
        }

        writer.WriteEndObject();
    }
}
