using System.Text.Json;
using Microsoft.ML.SimpleDiffusion.Data;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>The data of a run, as a checkpoint knows it again.</summary>
/// <param name="Training">What is trained on.</param>
/// <param name="Validation">What is evaluated on, or null.</param>
internal sealed record RunData(DataDigest Training, DataDigest? Validation)
{
    private static readonly JsonSerializerOptions Settings = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Settings);

    /// <exception cref="FormatException">The text is damaged.</exception>
    public static RunData Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<RunData>(json, Settings) ?? throw new FormatException("What it says of its data is damaged.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"What it says of its data is damaged: {e.Message}", e);
        }
    }

    /// <summary>A sentence about data that is not what it was, or null. Validation data counts where there is some before and now.</summary>
    /// <param name="now">The data at hand.</param>
    /// <param name="whole">What began with the data.</param>
    public string? FindDifference(RunData now, string whole = "run")
    {
        if (Training.FindDifference(now.Training) is string training)
        {
            return $"The training data is not what the {whole} began with: {training}.";
        }

        return Validation is not null && now.Validation is not null && Validation.FindDifference(now.Validation) is string validation
            ? $"The validation data is not what the {whole} began with, so that its evaluations cannot be compared: {validation}."
            : null;
    }
}
