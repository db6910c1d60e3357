using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;

namespace Microsoft.ML.SimpleDiffusion.Text.DataViews;

/// <summary>
/// Encodes the captions of a window of rows when the first embedding is asked for, so that captions of like length share a batch. Windows grow 1, 4, 16, …
/// up to the option.
/// </summary>
internal sealed class EncodingCursor : ReadAheadCursor
{
    private const int Growth = 4;

    /// <summary>Bounds the embeddings that are held at once: with the widest T5 and the default batch, 270 MB.</summary>
    private const int BatchesPerWindow = 8;

    private readonly EmbeddingColumn _column;
    private readonly T5Encoder _encoder;
    private readonly long _maxTokens;
    private readonly Action _checkAlive;
    private readonly CaptionReader _captionReader;
    private readonly List<int[]> _captions = [];
    private long _tokens;
    private float[][]? _embeddings;

    /// <param name="input">Cursor over the input; the cursor's to dispose of.</param>
    /// <param name="passedThrough">Input columns that the caller needs.</param>
    /// <param name="column">Our column.</param>
    /// <param name="encoder">Makes embeddings.</param>
    /// <param name="options">How many rows and tokens to take at once.</param>
    /// <param name="checkAlive">Throws to stop.</param>
    public EncodingCursor(
        DataViewRowCursor input,
        IEnumerable<DataViewSchema.Column> passedThrough,
        EmbeddingColumn column,
        T5Encoder encoder,
        T5EncoderOptions options,
        Action checkAlive)
        : base(input, passedThrough, Growth, options.ReadAheadRows)
    {
        _column = column;
        _encoder = encoder;
        _maxTokens = (long)BatchesPerWindow * options.TokensPerBatch;
        _checkAlive = checkAlive;
        _captionReader = new CaptionReader(input, column, encoder);
    }

    /// <inheritdoc/>
    public override DataViewSchema Schema => _column.Schema;

    /// <inheritdoc/>
    protected override bool HasRoom => _tokens < _maxTokens;

    /// <inheritdoc/>
    protected override bool IsOurs(DataViewSchema.Column column) => _column.Is(column);

    /// <inheritdoc/>
    protected override Delegate CreateGetter(DataViewSchema.Column column) => _column.CreateGetter(CurrentEmbedding);

    /// <inheritdoc/>
    protected override void Take()
    {
        _captions.Add(_captionReader.Read());
        _tokens += _captions[^1].Length;
    }

    /// <inheritdoc/>
    protected override void Forget()
    {
        _embeddings = null;
        _tokens = 0;
        _captions.Clear();
    }

    private float[] CurrentEmbedding()
    {
        int row = CurrentRow();
        _embeddings ??= _encoder.Encode(_captions, _checkAlive);
        return _embeddings[row];
    }
}
