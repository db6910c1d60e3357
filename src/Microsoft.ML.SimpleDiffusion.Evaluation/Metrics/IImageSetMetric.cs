namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>A number that says how sets of images compare with reference images, for <see cref="ReportOptions.Metrics"/>.</summary>
public interface IImageSetMetric
{
    /// <summary>Name in the report, such as <c>ResNet18 Fréchet distance</c>.</summary>
    string Name { get; }

    /// <summary>Whether a higher value means better images.</summary>
    bool HigherIsBetter { get; }

    /// <summary>Measures sets of images.</summary>
    /// <param name="sets">The sets.</param>
    /// <param name="reference">Real images, to compare each set with.</param>
    /// <param name="imageColumnName">Column of the images in all views: pixel vectors [channels, height, width] of Byte.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    /// <returns>A value for each set, in order. One that is not finite is shown as a dash.</returns>
    IReadOnlyList<double> Measure(IReadOnlyList<IDataView> sets, IDataView reference, string imageColumnName, CancellationToken cancellationToken);
}
