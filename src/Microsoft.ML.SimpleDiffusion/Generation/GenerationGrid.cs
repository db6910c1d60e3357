using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Randomness;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>
/// Images to generate in rows and columns, a condition for each row. Image number i has the seed of row number i in a view without a seed column, so that it
/// is the same image.
/// </summary>
internal sealed class GenerationGrid
{
    /// <summary>Rows where there is no condition to show.</summary>
    public const int UnconditionalRows = 4;

    private readonly GenerationRequest[] _requests;
    private readonly ImageSize _size;
    private readonly PixelFormat _format;
    private readonly int _columns;
    private readonly int _batchSize;

    /// <param name="rows">What each row shows.</param>
    /// <param name="columns">Images per row, at least 1.</param>
    /// <param name="options">The model's, with the sampling options in force.</param>
    /// <param name="seed">Taken for that of the sampling options.</param>
    public GenerationGrid(IReadOnlyList<RowCondition> rows, int columns, SimpleDiffusionOptions options, int seed)
    {
        bool isPortrait = options.Sampling.Portrait;
        var size = ImageSize.Of(options);
        _size = isPortrait ? size.Transposed : size;
        _format = PixelFormat.Of(options);
        _columns = columns;
        _batchSize = options.Sampling.BatchSize;
        _requests = [.. Enumerable.Range(0, rows.Count * columns).Select(i => Request(rows[i / columns], isPortrait, seed, i))];
    }

    /// <summary>A request for image number <paramref name="index"/> of a seed.</summary>
    public static GenerationRequest Request(RowCondition condition, bool isPortrait, int seed, int index)
        => new(condition, StatelessRandom.Bits((uint)seed, RandomPurpose.RowSeed, (ulong)index, 0)) { IsPortrait = isPortrait };

    /// <summary>The grid as a PNG file.</summary>
    /// <param name="generate">Makes the images of a batch.</param>
    public byte[] ToPng(Func<IReadOnlyList<GenerationRequest>, byte[][]> generate)
        => ImageGrid.ToPng([.. _requests.Chunk(_batchSize).SelectMany(generate).Select(image => _format.ToPicture(image, _size))], _format.PictureSize(_size), _columns);
}
