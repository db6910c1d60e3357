using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Evaluation.Columns;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Types = Microsoft.ML.SimpleDiffusion.Evaluation.ImageGenerationMetricTypes;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>Reads each view once, and computes what is asked for.</summary>
/// <param name="environment">Takes the warnings.</param>
/// <param name="options">Checked.</param>
internal sealed class ImageGenerationEvaluator(IHostEnvironment environment, ImageGenerationEvaluationOptions options)
{
    private const Types OfKeptFeatures = Types.KernelDistance | Types.PrecisionAndRecall | Types.DensityAndCoverage | Types.NearestNeighbors;

    /// <param name="generated">Columns of generated images.</param>
    /// <param name="reference">Features of real images.</param>
    /// <param name="heldOut">Features of other real images, or null.</param>
    public ImageGenerationMetrics Evaluate(IDataView generated, IDataView reference, IDataView? heldOut)
    {
        LibTorch.EnsureLoaded();
        bool usesFeatures = options.FeatureColumnName is not null && options.Wants(Types.FrechetDistance | OfKeptFeatures);
        bool usesHeldOut = usesFeatures && heldOut is not null && options.Wants(Types.NearestNeighbors);
        using var generatedFeatures = usesFeatures ? Collector(generated.Schema, "generated", options.Metrics) : null;
        using var referenceFeatures = usesFeatures ? Collector(reference.Schema, "reference", options.Metrics) : null;
        using var heldOutFeatures = usesHeldOut ? Collector(heldOut!.Schema, "held-out", Types.NearestNeighbors) : null;
        RequireSameDimension(generatedFeatures, referenceFeatures);
        RequireSameDimension(heldOutFeatures, referenceFeatures);
        var inception = Create(Types.InceptionScore, options.ProbabilityColumnName, name => new InceptionScore(
            FeatureColumn.Find(generated.Schema, "generated", name), options.InceptionScoreSplits));
        var clip = Create(Types.ClipScore, options.TextFeatureColumnName, name => CreateClipScore(generated.Schema, name));
        var agreement = Create(Types.ClassAgreement, options.LabelColumnName, name => new LabelAgreement(
            LabelColumn.Find(generated.Schema, name), LabelColumn.Find(generated.Schema, options.PredictedLabelColumnName!)));

        long count = Read(generated, "generated", [generatedFeatures, inception, clip, agreement], rowsNeeded: usesFeatures ? 2 : 1);
        long referenceCount = referenceFeatures is null ? 0 : Read(reference, "reference", [referenceFeatures], rowsNeeded: 2);
        _ = heldOutFeatures is null ? 0 : Read(heldOut!, "held-out", [heldOutFeatures], rowsNeeded: 1);

        using var log = new LogChannel(environment, "Evaluation");
        var warnings = new EvaluationWarnings(log.Warning);
        var comparison = generatedFeatures is null ? null : new FeatureComparison(generatedFeatures, referenceFeatures!, heldOutFeatures, options, warnings);
        var agreementResult = agreement?.Result();
        warnings.OfClasses(agreementResult);
        warnings.OfSplits(inception, options.InceptionScoreSplits);
        var balls = comparison?.Balls();
        return new ImageGenerationMetrics
        {
            GeneratedCount = count,
            ReferenceCount = referenceCount,
            FrechetDistance = comparison?.FrechetDistance(),
            KernelDistance = comparison?.KernelDistance(),
            InceptionScore = inception?.Score(),
            Precision = balls?.Precision,
            Recall = balls?.Recall,
            Density = balls?.Density,
            Coverage = balls?.Coverage,
            ClipScore = clip?.Mean,
            NearestNeighbors = comparison?.NearestNeighbors(),
            HeldOutNearestNeighbors = comparison?.HeldOutNearestNeighbors(),
            ClassAgreement = agreementResult,
        };
    }

    /// <summary>Something for a metric, if that is asked for and its column is named.</summary>
    private T? Create<T>(Types metric, string? columnName, Func<string, T> create)
        where T : class
        => options.Wants(metric) && columnName is not null ? create(columnName) : null;

    private FeatureCollector Collector(DataViewSchema schema, string role, Types metrics) => new(
        FeatureColumn.Find(schema, role, options.FeatureColumnName!),
        gathersStatistics: (metrics & Types.FrechetDistance) != 0,
        keepsRows: (metrics & OfKeptFeatures) != 0,
        options.BlockBytes);

    private ClipScore CreateClipScore(DataViewSchema schema, string textColumnName)
    {
        string imageColumnName = options.ImageFeatureColumnName ?? options.FeatureColumnName!;
        FeatureColumn images = FeatureColumn.Find(schema, "generated", imageColumnName), texts = FeatureColumn.Find(schema, "generated", textColumnName);
        return images.Dimension == texts.Dimension ? new ClipScore(images, texts) : throw new ArgumentOutOfRangeException(
            nameof(schema), $"The columns '{imageColumnName}' and '{textColumnName}' must be equally long, but are {images.Dimension} and {texts.Dimension}.");
    }

    private void RequireSameDimension(FeatureCollector? features, FeatureCollector? reference)
    {
        if (features is not null && features.Dimension != reference!.Dimension)
        {
            throw new ArgumentOutOfRangeException(
                nameof(features),
                $"The column '{options.FeatureColumnName}' must be equally long in all views, but has {features.Dimension} features in the {features.Role} data and {reference.Dimension} in the reference data.");
        }
    }

    private long Read(IDataView view, string role, IReadOnlyList<IRowConsumer?> consumers, int rowsNeeded)
    {
        long count = RowPass.Run(view, consumers.OfType<IRowConsumer>().ToList(), options.CancellationToken);
        return count >= rowsNeeded ? count : throw new InvalidOperationException(
            count == 0 ? $"The {role} data has no rows." : $"The {role} data has {count} row, but {rowsNeeded} or more are needed.");
    }
}
