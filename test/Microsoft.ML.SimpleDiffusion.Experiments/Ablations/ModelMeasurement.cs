using System.Diagnostics;
using ExampleData;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>A trained model, and what its pictures are measured by: the features of a classifier that is trained on real ones.</summary>
internal sealed class ModelMeasurement : IDisposable
{
    private readonly MLContext _context = new();
    private readonly Yardstick _yardstick;
    private readonly CancellationToken _cancellationToken;

    /// <param name="model">A class-conditional model saved by ML.NET.</param>
    /// <param name="images">Pictures of its classes, a folder per class.</param>
    /// <param name="samples">Pictures to generate for each measurement.</param>
    /// <param name="log">Is told how it goes.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    public ModelMeasurement(FileInfo model, DirectoryInfo images, int samples, Action<string> log, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        Model = Load(model);
        int size = Model.Options.ImageHeight;
        var (real, others) = Split(PictureSet.Load(images, size), samples);
        Others = others;
        (_yardstick, Baseline) = Yardstick.Create(others, real, size, log, cancellationToken);
    }

    /// <summary>The model.</summary>
    public SimpleDiffusionTransformer Model { get; }

    /// <summary>The real pictures that the classifier has been trained on.</summary>
    public IReadOnlyList<Picture> Others { get; }

    /// <summary>What real pictures and noise are measured as.</summary>
    public Baseline Baseline { get; }

    /// <summary>Generates as many pictures as there are to compare with, always from the same noise, and measures them.</summary>
    public (Quality Quality, double Seconds) Measure(SimpleDiffusionTransformer transformer)
    {
        var clock = Stopwatch.StartNew();
        var generated = Generate(transformer, _yardstick.Real);
        double seconds = clock.Elapsed.TotalSeconds;
        return (_yardstick.Measure(generated), seconds);
    }

    public void Dispose()
    {
        _yardstick.Dispose();
        Model.Dispose();
    }

    /// <summary>Equally many pictures of each class to compare with, evenly spaced, and the others for the classifier.</summary>
    private static (List<Picture> Real, List<Picture> Others) Split(IReadOnlyList<Picture> pictures, int samples)
    {
        var classes = pictures.GroupBy(picture => picture.Label).Select(group => group.ToList()).ToList();
        int most = classes.Min(ofClass => ofClass.Count) / 2 * classes.Count;
        if (samples < 2 * classes.Count || samples > most || samples % classes.Count != 0)
        {
            throw new ArgumentException($"--samples must be a multiple of {classes.Count}, the number of classes, from {2 * classes.Count} to {most}, half of the pictures.");
        }

        var real = classes.SelectMany(ofClass => PictureSet.Spread(ofClass, samples / classes.Count)).ToList();
        return (real, pictures.Except(real).ToList());
    }

    private SimpleDiffusionTransformer Load(FileInfo model)
    {
        var loaded = _context.Model.LoadChecked(model.FullName, out _);
        return loaded as SimpleDiffusionTransformer
            ?? (loaded as IEnumerable<ITransformer>)?.OfType<SimpleDiffusionTransformer>().FirstOrDefault()
            ?? throw new FormatException($"The model '{model}' is no image generator.");
    }

    /// <summary>A picture for each real one, of the same class, always from the same noise.</summary>
    private List<Picture> Generate(SimpleDiffusionTransformer transformer, IReadOnlyList<Picture> like)
    {
        var view = transformer.Transform(_context.Data.LoadFromEnumerable(like.Select(picture => new { picture.Label })));
        var column = view.Schema[transformer.Options.OutputColumnName];
        using var cursor = view.GetRowCursor([column]);
        var getter = cursor.GetGetter<MLImage>(column);
        var pictures = new List<Picture>();
        while (cursor.MoveNext())
        {
            _cancellationToken.ThrowIfCancellationRequested();
            MLImage image = null!;
            getter(ref image);
            using (image)
            {
                pictures.Add(new Picture { Pixels = Planes.FromRgba(image.Pixels, image.Width), Label = like[pictures.Count].Label });
            }
        }

        return pictures;
    }
}
