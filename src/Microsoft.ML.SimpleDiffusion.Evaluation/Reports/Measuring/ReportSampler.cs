using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>Generates images of classes with a model. Row n has the same seed whatever else the model is told, unless it is told another seed.</summary>
internal sealed class ReportSampler
{
    private const string PixelsColumnName = "ReportPixels";

    private readonly MLContext _context;
    private readonly SimpleDiffusionTransformer _model;
    private readonly ConditionDescription _condition;
    private readonly IDataView _data;
    private readonly string? _conditionColumnName;

    /// <param name="context">ML.NET.</param>
    /// <param name="model">The model.</param>
    /// <param name="data">Training data, whose conditions are asked for by models with conditions other than classes.</param>
    /// <param name="conditionColumnName">Where they are in the data; null for the column that the model names.</param>
    public ReportSampler(MLContext context, SimpleDiffusionTransformer model, IDataView data, string? conditionColumnName = null)
    {
        _context = context;
        _model = model;
        _condition = model.Model.Configuration.Condition;
        _data = data;
        _conditionColumnName = conditionColumnName ?? model.Options.ConditionColumnName;
    }

    public bool HasClasses => _condition.Kind == ConditionKind.Class;

    /// <summary>Whether other guidance scales than the model's own can be asked for: those of a distilled model cannot.</summary>
    public bool CanBeGuided => _condition.Kind != ConditionKind.None && _model.Distillation is null;

    /// <summary>Generates an image for each label, at most as many as there are rows of data if conditions are no classes.</summary>
    /// <param name="labels">Classes asked for; only their number counts without classes.</param>
    /// <param name="guidanceScale">The guidance scale.</param>
    /// <param name="cancellationToken">Checked before each image.</param>
    public List<ImageRow> Generate(IReadOnlyList<string> labels, float guidanceScale, CancellationToken cancellationToken)
    {
        var sampling = _model.Options.Sampling;
        sampling.GuidanceScale = guidanceScale;
        return Generate(labels, sampling, cancellationToken);
    }

    /// <inheritdoc cref="Generate(IReadOnlyList{string}, float, CancellationToken)"/>
    /// <param name="labels">Classes asked for; only their number counts without classes.</param>
    /// <param name="sampling">How to generate. What other things than the condition decide is left aside.</param>
    /// <param name="cancellationToken">Checked before each image.</param>
    public List<ImageRow> Generate(IReadOnlyList<string> labels, SamplingOptions sampling, CancellationToken cancellationToken)
    {
        // Whatever else the model's rows may decide, here they decide the condition alone.
        var options = _model.Options;
        options.OutputPixelsColumnName = PixelsColumnName;
        options.ConditionColumnName = _conditionColumnName;
        options.Sampling = sampling.Clone();
        options.Sampling.Strength = 1;
        options.Sampling.Portrait = false;
        (options.Sampling.FreshSeeds, options.Sampling.OutputSeedColumnName) = (false, null);
        options.NegativePromptColumnName = null;
        (options.SeedColumnName, options.PortraitColumnName, options.InputImageColumnName, options.MaskColumnName) = (null, null, null, null);
        using var model = new SimpleDiffusionTransformer(_context, _model.Model.Share(), options);
        var generated = model.Transform(Requests(labels, options));
        var column = generated.Schema[PixelsColumnName];
        using var cursor = generated.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        var images = new List<ImageRow>(labels.Count);
        VBuffer<float> pixels = default;
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            getter(ref pixels);
            images.Add(new ImageRow { Pixels = Array.ConvertAll(pixels.DenseValues().ToArray(), value => (byte)value), Label = HasClasses ? labels[images.Count] : string.Empty });
        }

        return images;
    }

    private IDataView Requests(IReadOnlyList<string> labels, SimpleDiffusionOptions options)
    {
        if (_condition.Kind != ConditionKind.None && !HasClasses)
        {
            return _context.Data.TakeRows(_data, labels.Count);
        }

        var schema = SchemaDefinition.Create(typeof(Request));
        schema[nameof(Request.Label)].ColumnName = options.ConditionColumnName ?? nameof(Request.Label);
        return _context.Data.LoadFromEnumerable(labels.Select(label => new Request { Label = label }), schema);
    }

    private sealed class Request
    {
        public string Label { get; set; } = string.Empty;
    }
}
