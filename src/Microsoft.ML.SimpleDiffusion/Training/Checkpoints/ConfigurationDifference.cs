using System.Text.Json.Nodes;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Finds what makes two runs different: everything that changes their weights, and nothing that does not.</summary>
internal static class ConfigurationDifference
{
    private const string Condition = "condition";

    /// <summary>Options that do not change the weights of a step, or, as the number of steps, may change on purpose.</summary>
    private static readonly HashSet<string> Irrelevant =
    [
        "formatVersion",
        "trainedSteps",
        "options.outputColumnName",
        "options.outputPixelsColumnName",
        "options.imageColumnName",
        "options.conditionColumnName",
        "options.negativePromptColumnName",
        "options.seedColumnName",
        "options.portraitColumnName",
        "options.inputImageColumnName",
        "options.maskColumnName",
        "options.sampling",
        "options.compute",
        "options.training.steps",

        // Its default follows from the number of steps.
        "options.training.warmupSteps",
        "options.training.maxSkippedStepsInARow",

        // Their product counts, see FindExamples.
        "options.training.batchSize",
        "options.training.gradientAccumulation",
        "options.training.checkpointDirectory",
        "options.training.checkpointEverySteps",
        "options.training.checkpointsToKeep",
        "options.training.keepCheckpointEverySteps",
        "options.training.resumeFromCheckpoint",
        "options.training.sampleEverySteps",
        "options.training.tensorBoardDirectory",
        "options.training.corruptImages",
        "options.training.onCancellation",

        // Costs time and saves memory; only the order of some additions differs, and what dropout drops.
        "options.network.activationCheckpointing",
    ];

    /// <summary>One sentence about the first difference, or null if there is none.</summary>
    public static string? Find(ModelConfiguration checkpoint, ModelConfiguration run)
    {
        JsonNode there = Parse(checkpoint), here = Parse(run);

        // Some options are chosen by the condition, which is therefore the better reason.
        return Find(there[Condition], here[Condition], Condition) ?? Find(there, here, path: string.Empty) ?? FindExamples(checkpoint.Options.Training, run.Options.Training);
    }

    private static JsonNode Parse(ModelConfiguration configuration) => JsonNode.Parse(ModelConfigurationJson.Serialize(configuration))!;

    private static string? Find(JsonNode? checkpoint, JsonNode? run, string path)
    {
        if (Irrelevant.Contains(path))
        {
            return null;
        }

        if (checkpoint is JsonObject left && run is JsonObject right)
        {
            return left.Select(member => Find(member.Value, right[member.Key], path.Length == 0 ? member.Key : $"{path}.{member.Key}"))
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
