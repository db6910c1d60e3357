using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>Makes the images of a window of rows as one batch when the first is asked for. Batches grow 1, 2, 4, … up to the option.</summary>
internal sealed class GenerationCursor : ReadAheadCursor
{
    private const int Growth = 2;

    private readonly OutputColumns _outputs;
    private readonly Func<IReadOnlyList<GenerationRequest>, byte[][]> _generate;
    private readonly RequestReader _requestReader;
    private readonly List<GenerationRequest> _requests = [];
    private byte[][]? _images;

    /// <param name="input">Cursor over the input; the cursor's to dispose of.</param>
    /// <param name="passedThrough">Input columns that the caller needs.</param>
    /// <param name="outputs">Our columns.</param>
    /// <param name="configuration">The model's, with the sampling options in force.</param>
    /// <param name="generate">Makes images, one per request.</param>
    public GenerationCursor(
        DataViewRowCursor input,
        IEnumerable<DataViewSchema.Column> passedThrough,
        OutputColumns outputs,
        ModelConfiguration configuration,
        Func<IReadOnlyList<GenerationRequest>, byte[][]> generate)
        : base(input, passedThrough, Growth, configuration.Options.Sampling.BatchSize)
    {
        _outputs = outputs;
        _generate = generate;
        _requestReader = new RequestReader(input, configuration);
    }

    /// <inheritdoc/>
    public override DataViewSchema Schema => _outputs.Schema;

    /// <inheritdoc/>
    protected override bool IsOurs(DataViewSchema.Column column) => _outputs.Contains(column);

    /// <inheritdoc/>
    protected override Delegate CreateGetter(DataViewSchema.Column column) => _outputs.CreateGetter(column, CurrentImage);

    /// <inheritdoc/>
    protected override void Take() => _requests.Add(_requestReader.Read());

    /// <inheritdoc/>
    protected override void Forget()
    {
        _images = null;
        _requests.Clear();
    }

    private (byte[] Pixels, bool IsPortrait) CurrentImage()
    {
        int row = CurrentRow();
        _images ??= _generate(_requests);
        return (_images[row], _requests[row].IsPortrait);
    }
}
