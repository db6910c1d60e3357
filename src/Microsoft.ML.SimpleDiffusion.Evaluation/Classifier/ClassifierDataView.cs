using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Generation.Views;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>The input with the classifier's columns added. Lazy: images are classified when a getter asks for them.</summary>
internal sealed class ClassifierDataView : IDataView
{
    private readonly IDataView _input;
    private readonly ClassifierConfiguration _configuration;
    private readonly SharedClassifier _classifier;
    private readonly ClassifierColumns _columns;
    private readonly DataViewSchema.Column _imageColumn;

    public ClassifierDataView(IDataView input, ClassifierConfiguration configuration, SharedClassifier classifier)
    {
        _input = input;
        _configuration = configuration;
        _classifier = classifier;
        _imageColumn = ImageColumn.Find(input.Schema, "image", configuration.ImageColumnName, configuration.Channels);
        _columns = new ClassifierColumns(input.Schema, configuration);
    }

    /// <inheritdoc/>
    public bool CanShuffle => _input.CanShuffle;

    /// <inheritdoc/>
    public DataViewSchema Schema => _columns.Schema;

    /// <inheritdoc/>
    public long? GetRowCount() => _input.GetRowCount();

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var needed = columnsNeeded.ToList();
        var passedThrough = needed.Where(column => !_columns.Contains(column)).Select(column => _input.Schema[column.Index]).ToList();
        return passedThrough.Count == needed.Count
            ? new PassThroughCursor(_input.GetRowCursor(passedThrough, rand), Schema, _columns.Contains)
            : new ClassifierCursor(_input.GetRowCursor(passedThrough.Append(_imageColumn), rand), passedThrough, _imageColumn, _columns, _configuration, _classifier);
    }

    /// <summary>One cursor: images are classified in batches, and libtorch uses all cores for each.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];
}
