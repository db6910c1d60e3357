using System.Diagnostics;
using ExampleData;
using Microsoft.ML.Data;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>Generates the same pictures from one trained model with several samplers, and measures them by the classifier.</summary>
/// <param name="model">A class-conditional model saved by ML.NET.</param>
/// <param name="images">Pictures of its classes, a folder per class.</param>
/// <param name="samples">Pictures to generate with each sampler.</param>
/// <param name="log">Is told how it goes.</param>
/// <param name="cancellationToken">Ends the comparison.</param>
internal sealed class SamplerComparison(FileInfo model, DirectoryInfo images, int samples, Action<string> log, CancellationToken cancellationToken)
{
    /// <summary>The first is what the others are compared with.</summary>
    private static readonly (string Name, SamplerType Sampler, int Steps)[] Samplers =
    [
        ("DDPM", SamplerType.Ddpm, 250),
        ("DDPM", SamplerType.Ddpm, 20),
        ("DDIM", SamplerType.Ddim, 20),
        ("DPM-Solver++ 2M", SamplerType.DpmSolverPlusPlus2M, 10),
        ("DPM-Solver++ 2M", SamplerType.DpmSolverPlusPlus2M, 20),
        ("DPM-Solver++ 2M", SamplerType.DpmSolverPlusPlus2M, 50),
    ];

    private readonly MLContext _context = new();

    /// <summary>A Markdown table of the samplers.</summary>
    public string Measure()
    {
        using var generator = Load();
        int size = generator.Options.ImageHeight;
        var (real, others) = Split(PictureSet.Load(images, size));
        var (yardstick, baseline) = Yardstick.Create(others, real, size, log, cancellationToken);
        using (yardstick)
        {
            var rows = Samplers.Select(sampler => Row(generator, sampler, yardstick)).ToList();
            return string.Join(
                '\n',
                [
                    "| sampler | steps | classifier distance | right class | time over the first |",
                    "| --- | --- | --- | --- | --- |",
                    .. rows.Select(row => Invariant($"| {row.Name} | {row.Steps} | {row.Distance:F2} | {row.Agreement:P0} | {row.Seconds / rows[0].Seconds:F2} |")),
                    Invariant($"| *real pictures, unseen by the classifier* | | {baseline.Floor:F2} | {baseline.Agreement:P0} | |"),
                    Invariant($"| *noise* | | {baseline.Ceiling:F2} | | |"),
                    string.Empty,
                ]);
        }
    }

    /// <summary>Equally many pictures of each class to compare with, evenly spaced, and the others for the classifier.</summary>
    private (List<Picture> Real, List<Picture> Others) Split(IReadOnlyList<Picture> pictures)
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

    private SimpleDiffusionTransformer Load()
    {
        var loaded = _context.Model.LoadChecked(model.FullName, out _);
        return loaded as SimpleDiffusionTransformer
            ?? (loaded as IEnumerable<ITransformer>)?.OfType<SimpleDiffusionTransformer>().FirstOrDefault()
            ?? throw new FormatException($"The model '{model}' is no image generator.");
    }

    private (string Name, int Steps, double Distance, double Agreement, double Seconds) Row(
        SimpleDiffusionTransformer generator, (string Name, SamplerType Sampler, int Steps) sampler, Yardstick yardstick)
    {
        var sampling = generator.Options.Sampling;
        (sampling.Sampler, sampling.Steps) = (sampler.Sampler, sampler.Steps);
        using var transformer = generator.WithSampling(sampling);
        var clock = Stopwatch.StartNew();
        var generated = Generate(transformer, yardstick.Real);
        double seconds = clock.Elapsed.TotalSeconds;
        var (distance, agreement) = yardstick.Measure(generated);
        log(Invariant($"{sampler.Name}, {sampler.Steps} steps: classifier distance {distance:F2}, {agreement:P0} of the right class"));
        return (sampler.Name, sampler.Steps, distance, agreement, seconds);
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
            cancellationToken.ThrowIfCancellationRequested();
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
