namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Turns the names and ranges of a sweep into options and values that match, and knows which options are of use.</summary>
internal static class OptionSpace
{
    private const string Source = nameof(SweepOptions.Parameters);

    /// <summary>Options that the sweep sets itself, or that are about files and reports.</summary>
    private static readonly HashSet<string> Reserved =
    [
        "Training.Steps",
        "Training.StopAtStep",
        "Training.CheckpointEverySteps",
        "Training.CheckpointsToKeep",
        "Training.KeepCheckpointEverySteps",
        "Training.ResumeFromCheckpoint",
        "Training.EvaluateEverySteps",
        "Training.EarlyStoppingPatience",
        "Training.KeepBest",
        "Training.SampleEverySteps",
        "Training.OnCancellation",
    ];

    /// <summary>Options that only count where others ask for them.</summary>
    private static readonly Dictionary<string, Func<SimpleDiffusionOptions, bool>> Counts = new()
    {
        ["Diffusion.NoiseResolution"] = options => options.Diffusion.Schedule == ScheduleType.ShiftedCosine,
        ["Diffusion.SigmoidLossBias"] = options => options.Diffusion.Loss == LossType.Sigmoid,
        ["Diffusion.MinSnrGamma"] = options => options.Diffusion.Loss == LossType.MinSnr,
        ["Diffusion.ConditioningDropout"] = options => options.ConditionColumnName is not null,
        ["Sampling.GuidanceScale"] = options => options.ConditionColumnName is not null,
        ["Sampling.GuidanceIntervalStart"] = options => options.ConditionColumnName is not null,
        ["Sampling.GuidanceIntervalEnd"] = options => options.ConditionColumnName is not null,
        ["Sampling.NoiseInterpolation"] = options => options.Sampling.Sampler == SamplerType.Ddpm,
    };

    /// <summary>The options to sweep and their values.</summary>
    /// <param name="options">Options of the sweep.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option does not exist, cannot be swept, or cannot take the values.</exception>
    public static IReadOnlyList<SweptOption> Resolve(SweepOptions options)
    {
        var swept = options.Parameters is null ? Default(options) : [.. options.Parameters.Select(Resolve)];
        Require.That(Source, swept.Count, swept.Count > 0, "must name at least one option");
        foreach (var (path, _) in swept)
        {
            Require.That(Source, path.Name, swept.Count(other => other.Path.Name == path.Name) == 1, $"must name {path.Name} only once");
            Require.That(
                Source,
                path.Name,
                options.Metric is not null || ObstacleToValidationLoss(path, options.Base) is null,
                $"must not have {path.Name} without a Metric: {ObstacleToValidationLoss(path, options.Base)}. Set Metric, for instance to a ClassifierDistanceMetric");
        }

        return swept;
    }

    private static List<SweptOption> Default(SweepOptions options) =>
    [
        .. from path in OptionPath.All()
           let domain = SweptOption.DomainOf(path)
           where domain is not null
               && (!Counts.TryGetValue(path.Name, out var counts) || counts(options.Base))
               && (options.Metric is not null || ObstacleToValidationLoss(path, options.Base) is null)
           select new SweptOption(path, domain),
    ];

    private static SweptOption Resolve(SweepParameter? parameter)
    {
        Require.NotNull(Source, parameter);
        var path = OptionPath.Find(parameter!.Option);
        Require.That(Source, parameter.Option, path is not null, $"names {parameter.Option}, which is no option; names are like Training.LearningRate");
        Require.That(Source, parameter.Option, path!.CanVary && !Reserved.Contains(path.Name), $"must not name {path.Name}, which the sweep sets itself or which makes no model better");
        var domain = parameter.Domain ?? SweptOption.DomainOf(path);
        Require.That(Source, parameter.Option, domain is not null, $"must give values for {path.Name}, which has no range of its own: use SweepParameter.Range or Choice");
        if (domain is RangeDomain range)
        {
            Require.That(Source, parameter.Option, path.IsNumber, $"has a range for {path.Name}, which is no number but {path.ValueType.Describe()}: use SweepParameter.Choice");
            Require.That(Source, parameter.Option, !path.IsWholeNumber || range.HasWhole, $"has a range without whole numbers for {path.Name}");
        }

        if (domain is ChoiceDomain choice)
        {
            var values = choice.Values.Select(value => OptionValue.Text(path.Convert(value))).ToList();
            Require.That(Source, parameter.Option, values.Distinct().Count() == values.Count, $"must have no value of {path.Name} twice");
        }

        return new SweptOption(path, domain!);
    }

    /// <summary>Why the validation loss cannot compare values of an option, or null if it can.</summary>
    private static string? ObstacleToValidationLoss(OptionPath path, SimpleDiffusionOptions options) => path.Name switch
    {
        "Network.Architecture" => options.Diffusion.Loss == LossType.Auto ? "with the loss left to Auto it changes what the validation loss means" : null,
        "ImageHeight" or "ImageWidth" or "Channels" => "it changes what the validation loss means",
        _ when path.Name.StartsWith("Diffusion.", StringComparison.Ordinal) => "it changes what the validation loss means",
        _ when path.Name.StartsWith("Sampling.", StringComparison.Ordinal) => "the validation loss does not depend on it",
        _ => null,
    };
}
