using System.Text.Json.Nodes;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Finds what makes two runs different: everything that changes their weights, and nothing that does not.</summary>
internal static class ConfigurationDifference
{
    private const string Condition = "condition";
    private const string Options = "options";
    private const string Distillation = "distillation";

    private static readonly HashSet<string> Irrelevant = [.. OptionPath.All.Where(path => path.MayChange).Select(path => $"{Options}.{path.JsonName}")];

    /// <summary>One sentence about the first difference, or null if there is none.</summary>
    public static string? Find(ModelConfiguration checkpoint, ModelConfiguration run)
    {
        JsonNode there = Parse(checkpoint), here = Parse(run);

        // Some options are chosen by the condition, which is therefore the better reason.
        return Find(there[Condition], here[Condition], Condition, Irrelevant) ?? Find(there[Distillation], here[Distillation], Distillation, Irrelevant)
            ?? Find(there[Options], here[Options], Options, Irrelevant) ?? FindExamples(checkpoint.Options.Training, run.Options.Training);
    }

    /// <summary>One sentence about the first difference of any option that is not the machine's, or null if there is none.</summary>
    public static string? FindAny(ModelConfiguration there, ModelConfiguration here) => Find(Parse(there)[Options], Parse(here)[Options], Options, irrelevant: []);

    private static JsonNode Parse(ModelConfiguration configuration) => JsonNode.Parse(ModelConfigurationJson.Serialize(configuration))!;

    private static string? Find(JsonNode? checkpoint, JsonNode? run, string path, HashSet<string> irrelevant)
    {
        if (irrelevant.Contains(path))
        {
            return null;
        }

        if (checkpoint is JsonObject left && run is JsonObject right)
        {
            return left.Select(member => Find(member.Value, right[member.Key], $"{path}.{member.Key}", irrelevant))
                .FirstOrDefault(difference => difference is not null);
        }

        return JsonNode.DeepEquals(checkpoint, run) ? null : $"{path} is {Text(checkpoint)} there and {Text(run)} here";
    }

    /// <summary>
    /// A step is the same, but for rounding, in however many batches its examples come: a run that ran out of memory can go on in smaller ones.
    /// </summary>
    private static string? FindExamples(TrainingOptions checkpoint, TrainingOptions run)
    {
        long there = (long)checkpoint.BatchSize * checkpoint.GradientAccumulation, here = (long)run.BatchSize * run.GradientAccumulation;
        return there == here ? null : $"options.training.batchSize × gradientAccumulation is {there} there and {here} here";
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}
