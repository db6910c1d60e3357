using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>All that makes two sweeps the same: their plan, what they start from, and what they compare.</summary>
internal static class SweepDefinition
{
    private const int FormatVersion = 1;
    private const string BaseKey = "base";
    private const string TrialsKey = "trials";

    /// <summary>Says what happens to a sweep that goes on, and nothing about what it is.</summary>
    private const string ChangedData = $"{BaseKey}.training.changedData";

    public static JsonObject Create(SweepPlan plan, SweepOptions options)
    {
        return new JsonObject
        {
            ["formatVersion"] = FormatVersion,
            ["strategy"] = options.Strategy.ToString(),
            ["metric"] = options.Metric?.Name ?? TrainingOptions.ValidationLossName,
            ["higherIsBetter"] = options.Metric?.HigherIsBetter ?? false,
            ["rungSteps"] = JsonSerializer.SerializeToNode(plan.RungSteps),
            ["halvingFactor"] = plan.HalvingFactor,
            [BaseKey] = JsonSerializer.SerializeToNode(plan.OptionsOf(0), SweepStore.Json),
            [TrialsKey] = new JsonArray([.. plan.Trials.Select(trial => (JsonNode)Describe(plan.ValuesOf(trial.Number)))]),
        };
    }

    /// <summary>One sentence about the first difference, or null if there is none.</summary>
    public static string? FindDifference(JsonObject there, JsonObject here) => FindDifference(WithKnownOptions(there), here, string.Empty);

    /// <summary>What tells a sweep from others: the SHA-256 of its definition as it lies in the folder.</summary>
    public static string IdOf(JsonObject definition) => HexOf(definition.ToJsonString());

    /// <summary>SHA-256 of the options of a trial, as the definition has them.</summary>
    public static string OptionsDigest(JsonObject definition, int trial) => HexOf($"{definition[BaseKey]?.ToJsonString()}\n{definition[TrialsKey]?[trial]?.ToJsonString()}");

    /// <summary>Earlier versions wrote options of the machine, and did not know options that came later.</summary>
    private static JsonObject WithKnownOptions(JsonObject definition)
    {
        var known = definition.DeepClone().AsObject();
        try
        {
            known[BaseKey] = JsonSerializer.SerializeToNode(known[BaseKey].Deserialize<SimpleDiffusionOptions>(SweepStore.Json), SweepStore.Json);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // Options that this version does not know are a difference like any other.
        }

        return known;
    }

    private static string HexOf(string text) => Convert.ToHexStringLower(Digest.Of(text));

    private static string? FindDifference(JsonNode? there, JsonNode? here, string path)
    {
        if (there is JsonObject left && here is JsonObject right)
        {
            return left.Select(member => member.Key).Union(right.Select(member => member.Key))
                .Select(key => FindDifference(left[key], right[key], path.Length == 0 ? key : $"{path}.{key}"))
                .FirstOrDefault(difference => difference is not null);
        }

        return path == ChangedData || JsonNode.DeepEquals(there, here) ? null : $"{path} is {Shorten(there)} there and {Shorten(here)} here";
    }

    private static JsonObject Describe(IReadOnlyDictionary<string, object?> values)
        => new(values.Select(value => KeyValuePair.Create<string, JsonNode?>(value.Key, OptionValue.Stored(value.Value))));

    private static string Shorten(JsonNode? node)
    {
        const int MaxLength = 60;
        string text = node?.ToJsonString() ?? "null";
        return text.Length <= MaxLength ? text : text[..MaxLength] + "…";
    }
}
