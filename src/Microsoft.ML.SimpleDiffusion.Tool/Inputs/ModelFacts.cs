using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Tool.Inputs;

/// <summary>What there is to say of a model.</summary>
internal static class ModelFacts
{
    /// <summary>What it draws, in one phrase.</summary>
    public static string Subject(SimpleDiffusionTransformer model)
    {
        var options = model.Options;
        string kind = model.Labels.Count > 0 ? Invariant($" of {model.Labels.Count} classes") : options.ConditionColumnName is null ? string.Empty : " from captions";
        return Invariant($"images of {options.ImageWidth} × {options.ImageHeight} with {options.Channels} channels{kind}");
    }

    /// <summary>What it has been distilled from, in one phrase, or null.</summary>
    public static string? Distillation(SimpleDiffusionTransformer model) => model.Distillation is { } distilled
        ? Invariant($"to {distilled.SamplingSteps} steps by the method {distilled.Method}, from a model of {distilled.TeacherTrainedSteps:N0} training steps that drew in {distilled.TeacherSteps} steps of {distilled.TeacherSampler} at guidance {distilled.GuidanceScale}{Range(distilled)}")
        : null;

    private static string Range(DistillationInfo distilled) => distilled.MaxGuidanceScale is float largest ? Invariant($" and knows scales from 1 to {largest}") : string.Empty;

    public static string Text(TrainingEvaluation evaluation) => Invariant($"{string.Join(", ", evaluation.Metrics.Select(metric => Invariant($"{metric.Key} {metric.Value:G4}")))} (step {evaluation.Step}{(evaluation.IsBest ? ", the best" : string.Empty)})");

    /// <summary>The options that a model stores and that are not the library's own, with their values.</summary>
    public static IEnumerable<(string Name, string Value)> ChangedOptions(SimpleDiffusionOptions options)
    {
        var defaults = new SimpleDiffusionOptions();
        return OptionPath.All.Where(path => path.IsStored)
            .Select(path => (path.Name, Value: OptionValue.Text(path.Get(options)), Default: OptionValue.Text(path.Get(defaults))))
            .Where(option => option.Value != option.Default)
            .Select(option => (option.Name, option.Value));
    }
}
