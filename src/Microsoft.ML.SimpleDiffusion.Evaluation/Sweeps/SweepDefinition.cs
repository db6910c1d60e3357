using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>All that makes two sweeps the same: their plan, what they start from, and what they compare.</summary>
internal static class SweepDefinition
{
    private const int FormatVersion = 1;

    public static JsonObject Create(SweepPlan plan, SweepOptions options)
    {
        var start = plan.OptionsOf(0);

        // Threads may differ between machines, and reports go where they like.
        start.Compute.Threads = null;
        start.Training.TensorBoardDirectory = null;
        return new JsonObject
        {
            ["formatVersion"] = FormatVersion,
            ["strategy"] = options.Strategy.ToString(),
            ["metric"] = options.Metric?.Name ?? TrainingOptions.ValidationLossName,
            ["higherIsBetter"] = options.Metric?.HigherIsBetter ?? false,
            ["rungSteps"] = JsonSerializer.SerializeToNode(plan.RungSteps),
            ["halvingFactor"] = plan.HalvingFactor,
            ["base"] = JsonSerializer.SerializeToNode(start, SweepStore.Json),
            ["trials"] = new JsonArray([.. plan.Trials.Select(trial => (JsonNode)Describe(plan.ValuesOf(trial.Number)))]),
        };
    }

    /// <summary>One sentence about the first difference, or null if there is none.</summary>
    public static string? FindDifference(JsonNode? there, JsonNode? here, string path = "")
    {
        if (there is JsonObject left && here is JsonObject right)
        {
            return left.Select(member => member.Key).Union(right.Select(member => member.Key))
                .Select(key => FindDifference(left[key], right[key], path.Length == 0 ? key : $"{path}.{key}"))
                .FirstOrDefault(difference => difference is not null);
        }

        return JsonNode.DeepEquals(there, here) ? null : $"{path} is {Shorten(there)} there and {Shorten(here)} here";
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
