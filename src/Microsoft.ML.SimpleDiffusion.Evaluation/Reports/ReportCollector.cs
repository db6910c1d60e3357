using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>Generates and measures what a report says.</summary>
internal sealed class ReportCollector
{
    private readonly MLContext _context;
    private readonly SimpleDiffusionTransformer _model;
    private readonly IDataView _data;
    private readonly ReportOptions _options;
    private readonly RealImages _real;
    private readonly ReportSampler _sampler;
    private readonly GuardedProgress<string> _progress;

    private ReportCollector(MLContext context, SimpleDiffusionTransformer model, IDataView data, ReportOptions options, RealImages real, GuardedProgress<string> progress)
    {
        _progress = progress;
        _context = context;
        _model = model;
        _data = data;
        _options = options;
        _real = real;
        _sampler = new ReportSampler(context, model, data);
    }

    /// <summary>Collects everything; takes as long as generating <see cref="ReportOptions.MaxImages"/> images at each guidance scale, and some more.</summary>
    public static ReportData Collect(MLContext context, SimpleDiffusionTransformer model, IDataView data, ReportOptions options)
    {
        var progress = new GuardedProgress<string>(options.Progress, "report", "ReportOptions.Progress", message => MLEnvironment.Warn(context, message));
        progress.Report("Reading the pictures ...");
        var configuration = model.Model.Configuration;
        using var real = RealImages.Load(data, configuration.Options, configuration.Condition, options.CancellationToken);
        MLEnvironment.Warn(context, real.PixelWarning);
        return new ReportCollector(context, model, data, options, real, progress).Collect();
    }

    private ReportData Collect()
    {
        using var extractor = CreateExtractor();
        Say("Measuring real pictures ...");
        var heldOut = Some(_real.HeldOut);
        var quality = new QualityMeasures(_context, extractor, _real.Rows(heldOut), _real.Rows(Some(_real.Reference)), _options);

        // A generated image for each held-out one, of the same class.
        var generated = Generate(heldOut.Select(_real.LabelOf).ToList());
        Say("Measuring the generated pictures ...");
        var metrics = generated.ToDictionary(set => set.Key, set => quality.Measure(set.Value));
        Say("Looking for nearest neighbours ...");
        return new ReportData
        {
            Title = _options.Title ?? "Simple diffusion model",
            Model = Summarize(),
            Options = OptionList.Of(_model.Options),
            History = _model.History,
            Samples = CreateSamples(),
            Quality = quality.Report(metrics[OwnScale], generated[OwnScale], _real.Size, ClassesShown()),
            Guidance = _sampler.CanBeGuided ? generated.Select(set => CreateGuidanceRow(set.Key, set.Value, metrics[set.Key])).ToList() : [],
            FewSteps = _options.Students.Count == 0 ? [] : CreateFewSteps(quality).Compare(heldOut.Select(_real.LabelOf).ToList(), generated[OwnScale], metrics[OwnScale]),
            Neighbors = new NeighborMeasures(_context, extractor, _real, _options).Report(generated[OwnScale]),
            Notes = CreateNotes(heldOut.Count),
        };
    }

    private float OwnScale => _model.Options.Sampling.GuidanceScale;

    private IFeatureExtractor CreateExtractor()
    {
        if (_real.Classes.Count < 2)
        {
            return new CoarsePixels(_real.Size);
        }

        Say("Training a small classifier ...");
        return ClassifierFeatures.Train(_context, _real, _model.Options.Compute, _options);
    }

    /// <summary>Images of the given classes by guidance scale, the model's own among them.</summary>
    private SortedDictionary<float, List<ImageRow>> Generate(List<string> labels)
    {
        var sets = new SortedDictionary<float, List<ImageRow>>();
        foreach (float scale in (_sampler.CanBeGuided ? _options.GuidanceScales : []).Append(OwnScale).Distinct())
        {
            Say(FormattableString.Invariant($"Generating {labels.Count} pictures at guidance scale {scale} ..."));
            sets.Add(scale, _sampler.Generate(labels, scale, _options.CancellationToken));
        }

        return sets;
    }

    private List<SampleRow> CreateSamples()
    {
        var classes = ClassesShown();
        Say("Generating the sample pictures ...");
        var labels = (classes.Count > 0 ? classes : [string.Empty]).SelectMany(label => Enumerable.Repeat(label, _options.SamplesPerClass)).ToList();
        return _sampler.Generate(labels, OwnScale, _options.CancellationToken)
            .Chunk(_options.SamplesPerClass)
            .Select(row => new SampleRow(classes.Count > 0 ? row[0].Label : null, Strip(row)))
            .ToList();
    }

    private GuidanceRow CreateGuidanceRow(float scale, IReadOnlyList<ImageRow> images, ImageGenerationMetrics metrics)
        => new(scale, scale == OwnScale, QualityMeasures.Distance(metrics), metrics.ClassAgreement?.Overall, ImageRow.Some(images, _real.Size));

    private FewStepsMeasures CreateFewSteps(QualityMeasures quality) => new(_model, _sampler, quality, _options)
    {
        Students = _options.Students.Select(student => (student, new ReportSampler(_context, student, _data, _model.Options.ConditionColumnName))).ToList(),
        Size = _real.Size,
        Say = Say,
    };

    private ImageStrip Strip(IEnumerable<ImageRow> images) => ImageStrip.Draw(images.Select(image => image.Pixels).ToList(), _real.Size);

    /// <summary>Evenly spread picks, so that classes keep their shares.</summary>
    private List<int> Some(IReadOnlyList<int> indices)
    {
        int count = new[] { _options.MaxImages, _real.HeldOut.Count, _real.Reference.Count }.Min();
        return Enumerable.Range(0, count).Select(i => indices[(int)((long)i * indices.Count / count)]).ToList();
    }

    private List<string> ClassesShown() => _real.Classes.Take(_options.MaxClassesShown).ToList();

    private ModelSummary Summarize()
    {
        var (options, condition) = (_model.Options, _model.Model.Configuration.Condition);
        return new ModelSummary
        {
            Kind = condition.Kind == ConditionKind.None ? "unconditional" : $"{condition.Kind}-conditional".ToLowerInvariant(),
            ClassCount = condition.ClassCount,
            Height = options.ImageHeight,
            Width = options.ImageWidth,
            Channels = options.Channels,
            ParameterCount = _model.ParameterCount,
            TrainedSteps = _model.TrainedSteps,
            ImagesPerStep = (long)options.Training.BatchSize * options.Training.GradientAccumulation,
            RealImages = _real.Count,
        };
    }

    private List<string> CreateNotes(int images)
    {
        var notes = new List<string>();
        int known = _model.Model.Configuration.Condition.ClassCount;
        if (_real.Classes.Count < known)
        {
            notes.Add($"There are real pictures of {_real.Classes.Count} of the model's {known} classes. The others are left out.");
        }

        if (_real.Classes.Count > _options.MaxClassesShown)
        {
            notes.Add($"The first {_options.MaxClassesShown} of {_real.Classes.Count} classes are shown. The metrics are of all.");
        }

        if (_real.SkippedCount > 0)
        {
            notes.Add($"{_real.SkippedCount} pictures could not be read and are left out.");
        }

        if (images < QualityMeasures.EnoughImages)
        {
            notes.Add($"With {images} pictures in each set the metrics are rough: differences to real pictures mean more than the numbers. {QualityMeasures.EnoughImages} or more would be better.");
        }

        return notes;
    }

    private void Say(string message)
    {
        _options.CancellationToken.ThrowIfCancellationRequested();
        _progress.Report(message);
    }
}
