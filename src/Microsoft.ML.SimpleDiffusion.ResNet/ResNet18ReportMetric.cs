using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.ResNet.Features;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;

namespace Microsoft.ML.SimpleDiffusion.ResNet;

/// <summary>The ResNet18 Fréchet distance as a row of a report, for <see cref="ReportOptions.Metrics"/>. The network is loaded while the report is made.</summary>
public sealed class ResNet18ReportMetric : IImageSetMetric
{
    private readonly MLContext _context;
    private readonly ResNet18Options _options;

    /// <summary>A metric for reports.</summary>
    /// <param name="context">The context.</param>
    /// <param name="options">Folder and threads of the network, or null for the defaults; the columns are the report's own. Copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public ResNet18ReportMetric(MLContext context, ResNet18Options? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        options = options?.Clone() ?? new ResNet18Options();
        ResNet18OptionsValidator.Validate(options);
        (_context, _options) = (context, options);
    }

    /// <summary>ResNet18 Fréchet distance.</summary>
    public string Name => "ResNet18 Fréchet distance";

    /// <summary>False.</summary>
    public bool HigherIsBetter => false;

    /// <summary>Measures the distance of each set to the reference.</summary>
    /// <inheritdoc cref="IImageSetMetric.Measure" path="/param"/>
    /// <exception cref="InvalidOperationException">The network or ONNX Runtime is missing; a set has fewer than two images, or one cannot be read.</exception>
    public IReadOnlyList<double> Measure(IReadOnlyList<IDataView> sets, IDataView reference, string imageColumnName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sets);
        ArgumentNullException.ThrowIfNull(reference);
        using var network = ResNet18Network.Open(_options.NetworkFolder, _options.Threads);
        using var real = Statistics(reference);
        return [.. sets.Select(Distance)];

        double Distance(IDataView images)
        {
            using var statistics = Statistics(images);
            return statistics.FrechetDistance(real);
        }

        FeatureStatistics Statistics(IDataView images)
            => PictureFeatures.Statistics(_context, PictureFeatures.Of(network, images, imageColumnName, cache: null, cancellationToken), cancellationToken);
    }
}
