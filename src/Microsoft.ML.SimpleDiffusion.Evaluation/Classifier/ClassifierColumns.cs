using System.Numerics.Tensors;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Evaluation.Columns;
using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Model;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>The columns that the classifier adds: features, scores and the predicted class. Batches grow 1, 2, 4, … up to the option.</summary>
internal sealed class ClassifierColumns : BatchedColumns<Func<PlanarImage>, ClassifierColumns.Classified>
{
    private readonly ClassifierConfiguration _configuration;
    private readonly Shared<ClassifierNetwork> _classifier;
    private readonly DataViewSchema.Column _image;

    /// <param name="input">The input's columns.</param>
    /// <param name="configuration">Columns, sizes and classes.</param>
    /// <param name="classifier">The network.</param>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of the wrong type.</exception>
    public ClassifierColumns(DataViewSchema input, ClassifierConfiguration configuration, Shared<ClassifierNetwork> classifier)
        : base(input, builder => Add(builder, configuration))
    {
        _configuration = configuration;
        _classifier = classifier;
        _image = ImageColumn.Find(input, "image", configuration.ImageColumnName, configuration.Channels);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<DataViewSchema.Column> Required => [_image];

    /// <inheritdoc/>
    public override int WindowGrowth => 2;

    /// <inheritdoc/>
    public override int MaxWindowRows => _configuration.BatchSize;

    /// <summary>The input's columns, features, scores and the predicted label, before there is any data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column that training needs is missing or of the wrong type.</exception>
    public static SchemaShape Shape(SchemaShape input, SmallImageClassifierOptions options)
    {
        ImageColumn.Check(input, options.ImageColumnName);
        LabelColumn.Check(input, options.LabelColumnName);
        return SchemaShapes.With(
            input,
            SchemaShapes.Column(options.FeatureColumnName, VectorKind.Vector, NumberDataViewType.Single),
            SchemaShapes.Column(options.ScoreColumnName, VectorKind.Vector, NumberDataViewType.Single),
            SchemaShapes.Key(options.PredictedLabelColumnName));
    }

    /// <summary>Captures images, which are decoded together; what cannot be read is told with its row.</summary>
    /// <inheritdoc/>
    public override Func<Func<PlanarImage>> CreateReader(DataViewRow row)
    {
        var size = new ImageSize(_configuration.Channels, _configuration.ImageSize, _configuration.ImageSize);
        var capture = ImageColumn.CreateCapture(row, _image, new TargetFormat(size, AllowsPortrait: false));
        var pathOf = ImageColumn.CreatePathGetter(row, _image);
        return () =>
        {
            long position = row.Position;
            string? path = pathOf();
            var decode = Guard(capture, position, path);
            return () => Guard(decode, position, path);
        };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Classified> Answer(IReadOnlyList<Func<PlanarImage>> requests)
    {
        byte[][] pixels = ParallelMap.Run(requests, Environment.ProcessorCount, image => image().Pixels, CancellationToken.None);
        var (features, scores) = _classifier.Use(network => network.Classify(pixels.Length, (i, to) => pixels[i].CopyTo(to), pixels.Length, CancellationToken.None));
        using (features)
        using (scores)
        {
            return [.. Rows(features).Zip(Rows(scores), (one, two) => new Classified(one, two))];
        }
    }

    /// <inheritdoc/>
    public override Delegate CreateGetter(DataViewSchema.Column column, Func<Classified> current) => (column.Index - InputSchema.Count) switch
    {
        0 => Copy(() => current().Features),
        1 => Copy(() => current().Scores),

        // Keys are 1-based.
        _ => (ValueGetter<uint>)((ref uint value) => value = (uint)TensorPrimitives.IndexOfMax<float>(current().Scores) + 1),
    };

    private static void Add(DataViewSchema.Builder builder, ClassifierConfiguration configuration)
    {
        builder.AddColumn(configuration.FeatureColumnName, new VectorDataViewType(NumberDataViewType.Single, ClassifierNetwork.FeatureCount));
        builder.AddColumn(configuration.ScoreColumnName, new VectorDataViewType(NumberDataViewType.Single, configuration.Classes.Count));
        builder.AddColumn(
            configuration.PredictedLabelColumnName, new KeyDataViewType(typeof(uint), configuration.Classes.Count), KeyValues(configuration.Classes));
    }

    private static T Guard<T>(Func<T> action, long row, string? path)
    {
        try
        {
            return action();
        }
        catch (ImageFormatException e)
        {
            throw new InvalidOperationException($"Row {row}: cannot read the image{(path is null ? string.Empty : $" '{path}'")}: {e.Message}.", e);
        }
    }

    private static IEnumerable<float[]> Rows(TorchSharp.torch.Tensor matrix) => matrix.data<float>().ToArray().Chunk((int)matrix.shape[1]);

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

    /// <summary>What the classifier makes of an image.</summary>
    /// <param name="Features">[64].</param>
    /// <param name="Scores">A probability per class.</param>
    internal sealed record Classified(float[] Features, float[] Scores);
}
