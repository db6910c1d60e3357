using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>The columns that the classifier adds: features, scores and the predicted class.</summary>
internal sealed class ClassifierColumns
{
    private readonly int _firstIndex;

    public ClassifierColumns(DataViewSchema input, ClassifierConfiguration configuration)
    {
        _firstIndex = input.Count;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(configuration.FeatureColumnName, new VectorDataViewType(NumberDataViewType.Single, ClassifierNetwork.FeatureCount));
        builder.AddColumn(configuration.ScoreColumnName, new VectorDataViewType(NumberDataViewType.Single, configuration.Classes.Count));
        builder.AddColumn(
            configuration.PredictedLabelColumnName, new KeyDataViewType(typeof(uint), configuration.Classes.Count), KeyValues(configuration.Classes));
        Schema = builder.ToSchema();
    }

    /// <summary>The input's columns, then ours.</summary>
    public DataViewSchema Schema { get; }

    public bool Contains(DataViewSchema.Column column) => column.Index >= _firstIndex;

    /// <summary>A getter for one of our columns.</summary>
    /// <param name="column">The column.</param>
    /// <param name="classified">Gives the current row's features and scores.</param>
    public Delegate CreateGetter(DataViewSchema.Column column, Func<(float[] Features, float[] Scores)> classified) => (column.Index - _firstIndex) switch
    {
        0 => Copy(() => classified().Features),
        1 => Copy(() => classified().Scores),

        // Keys are 1-based.
        _ => (ValueGetter<uint>)((ref uint value) => value = (uint)System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(classified().Scores) + 1),
    };

    private static ValueGetter<VBuffer<float>> Copy(Func<float[]> source) => (ref VBuffer<float> value) =>
    {
        float[] numbers = source();
        var editor = VBufferEditor.Create(ref value, numbers.Length);
        numbers.CopyTo(editor.Values);
        value = editor.Commit();
    };

    private static DataViewSchema.Annotations KeyValues(IReadOnlyList<string> classes)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add<VBuffer<ReadOnlyMemory<char>>>(
            "KeyValues",
            new VectorDataViewType(TextDataViewType.Instance, classes.Count),
            (ref VBuffer<ReadOnlyMemory<char>> value) => value = new VBuffer<ReadOnlyMemory<char>>(classes.Count, [.. classes.Select(label => label.AsMemory())]));
        return builder.ToAnnotations();
    }
}
