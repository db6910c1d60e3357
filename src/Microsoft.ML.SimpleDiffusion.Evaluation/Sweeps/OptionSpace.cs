namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Turns the names and ranges of a sweep into options and values that match, and knows which options are of use.</summary>
internal static class OptionSpace
{
    private const string Source = nameof(SweepOptions.Parameters);

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
        .. from path in OptionPath.All
           let domain = SweptOption.DomainOf(path)
           where domain is not null
               && !path.IsNested
               && Counts(path, options.Base)
               && (options.Metric is not null || ObstacleToValidationLoss(path, options.Base) is null)
           select new SweptOption(path, domain),
    ];

    /// <summary>Whether an option has an effect, or may have where the option that it depends on is swept too.</summary>
    private static bool Counts(OptionPath path, SimpleDiffusionOptions options)
        => path.ObstacleToEffect(options) is null || (path.DependsOn is OptionPath other && SweptOption.DomainOf(other) is not null && Counts(other, options));

    private static SweptOption Resolve(SweepParameter? parameter)
    {
        Require.NotNull(Source, parameter);
        var path = OptionPath.Find(parameter!.Option);
        Require.That(Source, parameter.Option, path is not null, $"names {parameter.Option}, which is no option; names are like Training.LearningRate");
        Require.That(Source, parameter.Option, path!.CanVary, $"must not name {path.Name}, which the sweep sets itself or which makes no model better");
        var domain = parameter.Domain ?? SweptOption.DomainOf(path);
        Require.That(Source, parameter.Option, domain is not null, $"must give values for {path.Name}, which has no range of its own: use SweepParameter.Range or Choice");
        if (domain is RangeDomain range)
        {
            Require.That(Source, parameter.Option, path.IsNumber, $"has a range for {path.Name}, which is no number but {path.ValueType.Describe()}: use SweepParameter.Choice");
            Require.That(Source, parameter.Option, !path.IsWholeNumber || range.HasWhole, $"has a range without whole numbers for {path.Name}");
        }

        if (domain is ChoiceDomain choice)
        {
            var values = choice.Values.Select(value => OptionValue.Text(path.Convert(value, Source))).ToList();
            Require.That(Source, parameter.Option, values.Distinct().Count() == values.Count, $"must have no value of {path.Name} twice");
        }

        return new SweptOption(path, domain!);
    }

    /// <summary>Why the validation loss cannot compare values of an option, or null if it can.</summary>
    private static string? ObstacleToValidationLoss(OptionPath path, SimpleDiffusionOptions options)
        => path.ObstacleToLoss ?? (path.ValueType == typeof(NetworkArchitecture) && options.Diffusion.Loss == LossType.Auto
            ? "with the loss left to Auto it changes what the validation loss means"
            : null);
}
