using ExampleData;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Judging;

/// <summary>A trained model that draws captions.</summary>
internal sealed class PictureGenerator : IDisposable
{
    /// <summary>Affects the speed alone.</summary>
    private const int BatchSize = 32;

    private readonly MLContext _context;
    private readonly SimpleDiffusionTransformer _model;
    private readonly ITransformer? _encoder;

    /// <param name="context">ML.NET.</param>
    /// <param name="model">This becomes its owner.</param>
    /// <param name="encoder">Makes the model's condition of a column Caption. Null: that is the condition.</param>
    public PictureGenerator(MLContext context, SimpleDiffusionTransformer model, ITransformer? encoder = null) => (_context, _model, _encoder) = (context, model, encoder);

    /// <summary>Height and width in pixels.</summary>
    public int Size => _model.Options.ImageHeight;

    /// <summary>Reads a model that the sample TextToImage has saved.</summary>
    /// <exception cref="FormatException">It is another kind of model.</exception>
    public static PictureGenerator Load(MLContext context, string path)
    {
        var model = context.Model.LoadChecked(path, out _);
        if (model is SimpleDiffusionTransformer { Options.ConditionColumnName: nameof(PictureRequest.Caption) } generator)
        {
            return new PictureGenerator(context, generator);
        }

        (model as IDisposable)?.Dispose();
        throw new FormatException($"The file '{path}' holds no model of the sample TextToImage.");
    }

    /// <summary>A picture of each caption as planar RGB. The i-th is made from the i-th noise, whatever the caption and the guidance.</summary>
    /// <param name="captions">The captions.</param>
    /// <param name="guidance">The guidance scale; 1 is off.</param>
    /// <param name="samplingSteps">Network evaluations per picture.</param>
    public IReadOnlyList<byte[]> Generate(IEnumerable<string> captions, float guidance, int samplingSteps)
    {
        using var model = _model.WithSampling(Sampling(guidance, samplingSteps));
        var requests = _context.Data.LoadFromEnumerable(captions.Select(caption => new PictureRequest { Caption = caption }));
        var view = model.Transform(_encoder?.Transform(requests) ?? requests);
        var column = view.Schema[model.Options.OutputColumnName];
        using var cursor = view.GetRowCursor([column]);
        var getter = cursor.GetGetter<MLImage>(column);
        var pictures = new List<byte[]>();
        while (cursor.MoveNext())
        {
            MLImage image = null!;
            getter(ref image);
            using (image)
            {
                pictures.Add(Planes.FromRgba(image.Pixels, image.Width));
            }
        }

        return pictures;
    }

    /// <summary>Writes a row of pictures for each caption.</summary>
    public void WriteGrid(IReadOnlyList<string> captions, float guidance, int samplingSteps, string path, CancellationToken cancellationToken)
    {
        using var model = _model.WithSampling(Sampling(guidance, samplingSteps));
        model.GenerateGrid(path, captions, cancellationToken: cancellationToken);
    }

    public void Dispose() => _model.Dispose();

    private static SamplingOptions Sampling(float guidance, int steps)
        => new() { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = steps, GuidanceScale = guidance, BatchSize = BatchSize };

    /// <summary>What the model is asked for.</summary>
    private sealed class PictureRequest
    {
        public string Caption { get; set; } = string.Empty;
    }
}
