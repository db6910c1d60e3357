using Microsoft.ML.Data;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Tool.Inputs;

/// <summary>Images from a folder, with a class, a caption or nothing each, and what commands make of them.</summary>
internal sealed class TrainingImages
{
    private const string PathColumn = "ImagePath";
    private const string LabelColumn = "Label";
    private const string CaptionColumn = "Caption";
    private const int MaxExamples = 8;

    private readonly IDataView _view;
    private readonly bool _hasLabels;
    private readonly bool _hasCaptions;

    public TrainingImages(MLContext context, IDataView view)
    {
        _view = view;
        _hasLabels = view.Schema.GetColumnOrNull(LabelColumn) is not null;
        _hasCaptions = view.Schema.GetColumnOrNull(CaptionColumn) is not null;
        Count = view.GetRowCount() ?? view.GetColumn<string>(PathColumn).LongCount();
        Description = Describe();
    }

    public long Count { get; }

    /// <summary>What there is, in a sentence.</summary>
    public string Description { get; }

    /// <summary>The column that says what an image shows, or null if none does.</summary>
    private string? ConditionColumn => _hasLabels ? LabelColumn : _hasCaptions ? CaptionColumn : null;

    /// <summary>Tells the options which columns are which.</summary>
    public void NameColumns(SimpleDiffusionOptions options) => (options.ImageColumnName, options.ConditionColumnName) = (PathColumn, ConditionColumn);

    /// <inheritdoc cref="NameColumns(SimpleDiffusionOptions)"/>
    public void NameColumns(DistillationOptions options) => (options.ImageColumnName, options.ConditionColumnName) = (PathColumn, ConditionColumn);

    /// <summary>The images as an estimator takes them: classes as keys.</summary>
    public IDataView ForTraining(MLContext context) => _hasLabels ? context.Transforms.Conversion.MapValueToKey(LabelColumn).Fit(_view).Transform(_view) : _view;

    /// <summary>Some images to train on, and some to measure on, of the same classes.</summary>
    public (IDataView Training, IDataView HeldOut) Split(MLContext context, double share, int? seed)
    {
        var split = context.Data.TrainTestSplit(ForTraining(context), share, seed: seed);
        return (split.TrainSet, split.TestSet);
    }

    /// <summary>The images in the columns that a model was trained with; classes stay text, which models match by their labels.</summary>
    /// <exception cref="InvalidOperationException">The model wants to know more of them than is known.</exception>
    public IDataView ForModel(MLContext context, SimpleDiffusionTransformer model)
    {
        var options = model.Options;
        var view = Rename(context, _view, PathColumn, options.ImageColumnName);
        if (options.ConditionColumnName is not string condition)
        {
            return view;
        }

        return ConditionColumn is string known ? Rename(context, view, known, condition)
            : throw new InvalidOperationException(model.Labels.Count > 0
                ? "The model draws classes, and the images are in no folders of classes: make a folder for each class, with its images in it."
                : "The model draws captions, and the images have none: give their file with --captions.");
    }

    /// <summary>What to show of a model: some of its classes or of the captions, or nothing in particular.</summary>
    public IReadOnlyList<string?> Examples(SimpleDiffusionTransformer model)
        => model.Labels.Count > 0 ? [.. model.Labels.Take(MaxExamples)]
            : _hasCaptions ? [.. _view.GetColumn<string>(CaptionColumn).Distinct().Take(MaxExamples)]
            : new string?[MaxExamples];

    private static IDataView Rename(MLContext context, IDataView view, string from, string to)
        => from == to ? view : context.Transforms.CopyColumns(to, from).Fit(view).Transform(view);

    private string Describe()
    {
        if (_hasCaptions)
        {
            return Invariant($"{Count:N0} images with captions.");
        }

        if (!_hasLabels)
        {
            return Invariant($"{Count:N0} images.");
        }

        var classes = _view.GetColumn<string>(LabelColumn).GroupBy(label => label).Select(group => (group.Key, Count: group.Count())).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        int fewest = classes.Min(group => group.Count), most = classes.Max(group => group.Count);
        string each = fewest == most ? Invariant($"{most:N0}") : Invariant($"{fewest:N0} to {most:N0}");
        return Invariant($"{Count:N0} images of {classes.Count} classes, {each} of each.");
    }
}
