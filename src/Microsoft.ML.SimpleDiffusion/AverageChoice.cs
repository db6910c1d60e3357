namespace Microsoft.ML.SimpleDiffusion;

/// <summary>The best of several averages of a training. Made by <see cref="SimpleDiffusionModelCatalog.ChooseAverage"/>.</summary>
public sealed class AverageChoice
{
    internal AverageChoice(SimpleDiffusionTransformer model, double relativeWidth, IReadOnlyDictionary<double, double> values)
    {
        Model = model;
        RelativeWidth = relativeWidth;
        Values = values;
    }

    /// <summary>The model with the best average. Dispose of it to free its weights.</summary>
    public SimpleDiffusionTransformer Model { get; }

    /// <summary>The width of its average.</summary>
    public double RelativeWidth { get; }

    /// <summary>What the metric said of each width that was tried.</summary>
    public IReadOnlyDictionary<double, double> Values { get; }
}
