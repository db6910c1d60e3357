using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion;

namespace TextToImage.Generation;

/// <summary>A trained model that draws captions.</summary>
internal sealed class PictureGenerator : IDisposable
{
    /// <summary>Affects the speed alone.</summary>
    private const int BatchSize = 32;

    private readonly MLContext _context;
    private readonly SimpleDiffusionTransformer _model;

    private PictureGenerator(MLContext context, SimpleDiffusionTransformer model)
    {
        _context = context;
        _model = model;
    }

    /// <summary>Height and width in pixels.</summary>
    public int Size => _model.Options.ImageHeight;

    /// <summary>Reads a model that this sample has saved.</summary>
    /// <exception cref="InvalidDataException">It is another kind of model.</exception>
    public static PictureGenerator Load(MLContext context, string path)
    {
        var model = context.Model.Load(path, out _);
        if (model is SimpleDiffusionTransformer { Options: { ConditionColumnName: nameof(PictureRequest.Caption), OutputPixelsColumnName: not null } } generator)
        {
            return new PictureGenerator(context, generator);
        }

        (model as IDisposable)?.Dispose();
        throw new InvalidDataException($"The file '{path}' holds no model of this sample.");
    }

    /// <summary>How pictures are generated, here and by a program that only loads the model.</summary>
    public static SamplingOptions Sampling(float guidance, int steps) => new()
    {
        Sampler = SamplerType.DpmSolverPlusPlus2M,
        Steps = steps,
        GuidanceScale = guidance,
        BatchSize = BatchSize,
    };

    /// <summary>A picture of each caption as planar RGB. The i-th is made from the noise of seed i.</summary>
    /// <param name="captions">The captions.</param>
    /// <param name="guidance">The guidance scale; 1 is off.</param>
    /// <param name="samplingSteps">Network evaluations per picture.</param>
    public IReadOnlyList<byte[]> Generate(IEnumerable<string> captions, float guidance, int samplingSteps)
    {
        using var model = _model.WithSampling(Sampling(guidance, samplingSteps));
        var requests = _context.Data.LoadFromEnumerable(captions.Select((caption, i) => new PictureRequest { Caption = caption, Seed = i }));
        return _context.Data.CreateEnumerable<GeneratedPicture>(model.Transform(requests), reuseRowObject: false)
            .Select(row => row.GeneratedPixels.Select(value => (byte)Math.Clamp(MathF.Round(value), 0, byte.MaxValue)).ToArray())
            .ToList();
    }

    public void Dispose() => _model.Dispose();
}
