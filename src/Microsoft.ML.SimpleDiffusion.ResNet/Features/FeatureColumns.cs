using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;
using Microsoft.ML.SimpleDiffusion.ResNet.Pictures;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Features;

/// <summary>The column of features that the transformer adds. Windows grow 1, 2, 4, … up to some 10 MB of pictures.</summary>
internal sealed class FeatureColumns : BatchedColumns<Func<byte[]>, float[]>
{
    private readonly Shared<ResNet18Network> _network;
    private readonly Action _checkAlive;
    private readonly PictureColumn _pictures;

    /// <param name="input">The input's columns.</param>
    /// <param name="options">Names of the columns.</param>
    /// <param name="network">The network.</param>
    /// <param name="checkAlive">Throws to stop.</param>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of the wrong type.</exception>
    public FeatureColumns(DataViewSchema input, ResNet18Options options, Shared<ResNet18Network> network, Action checkAlive)
        : base(input, builder => builder.AddColumn(options.FeatureColumnName, new VectorDataViewType(NumberDataViewType.Single, ResNet18Network.FeatureCount)))
    {
        _network = network;
        _checkAlive = checkAlive;
        _pictures = PictureColumn.Find(input, options.ImageColumnName);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<DataViewSchema.Column> Required => [_pictures.Column];

    /// <inheritdoc/>
    public override int WindowGrowth => 2;

    /// <inheritdoc/>
    public override int MaxWindowRows => PictureWindows.Rows;

    /// <summary>The input's columns and the features, before there is any data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of the wrong type.</exception>
    public static SchemaShape Shape(SchemaShape input, ResNet18Options options)
    {
        ImageColumn.Check(input, options.ImageColumnName);
        return SchemaShapes.With(input, SchemaShapes.Column(options.FeatureColumnName, VectorKind.Vector, NumberDataViewType.Single));
    }

    /// <summary>Captures images, which are decoded together; what cannot be read is told with its row.</summary>
    /// <inheritdoc/>
    public override Func<Func<byte[]>> CreateReader(DataViewRow row) => _pictures.CreateReader(row);

    /// <inheritdoc/>
    public override IReadOnlyList<float[]> Answer(IReadOnlyList<Func<byte[]>> requests)
    {
        _checkAlive();
        return _network.Use(network => network.Compute(ParallelMap.Run(requests, network.Threads, decode => decode(), CancellationToken.None), CancellationToken.None));
    }

    /// <inheritdoc/>
    public override Delegate CreateGetter(DataViewSchema.Column column, Func<float[]> current) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
    {
        float[] numbers = current();
        var editor = VBufferEditor.Create(ref value, numbers.Length);
        numbers.CopyTo(editor.Values);
        value = editor.Commit();
    });
}
