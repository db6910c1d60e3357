using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Spectre.Console;

namespace QuickStart;

/// <summary>Holds out some of the pictures, and measures the model on them before, during and after the training.</summary>
internal static class EvaluatedTraining
{
    /// <summary>One picture in so many is held out.</summary>
    private const int HeldOutEvery = 5;

    /// <summary>The training is measured after each quarter.</summary>
    private const int Parts = 4;

    /// <param name="context">ML.NET.</param>
    /// <param name="examples">All pictures.</param>
    /// <param name="keys">Gives the classes their keys.</param>
    /// <param name="options">How to train.</param>
    /// <returns>The model, and what its figures are to be compared with.</returns>
    public static (SimpleDiffusionTransformer Model, string Comparison) Fit(MLContext context, IReadOnlyList<ImageExample> examples, ITransformer keys, SimpleDiffusionOptions options)
    {
        var training = View(isHeldOut: false);
        var validation = View(isHeldOut: true);
        using var distance = context.ImageGeneration().TrainClassifierDistance(training, validation, new ClassifierDistanceOptions
        {
            ImageColumnName = options.ImageColumnName,
            LabelColumnName = options.ConditionColumnName!,
            ImageSize = options.ImageHeight,
            MaxImages = examples.Count / HeldOutEvery,

            // Without guidance: with it pictures vary less than real ones, and the distance would tell more of that than of the training.
            Sampling = new SamplingOptions { Sampler = options.Sampling.Sampler, Steps = options.Sampling.Steps },
        });
        options.Training.Metrics = [distance];
        options.Training.EvaluateEverySteps = (options.Training.Steps + Parts - 1) / Parts;
        var model = context.Transforms.SimpleDiffusion(options).Fit(training, validation);
        return (model, string.Create(
            CultureInfo.InvariantCulture,
            $"Real pictures have a classifier distance of {distance.Floor:F2} to other real ones, and noise has {distance.Ceiling:F2}. It is not a FID."));

        IDataView View(bool isHeldOut)
            => keys.Transform(context.Data.LoadFromEnumerable(examples.Where((_, i) => i % HeldOutEvery == 0 == isHeldOut)));
    }

    /// <summary>Prints what was measured during a training.</summary>
    public static void Print(TrainingHistory history, string comparison)
    {
        string[] names = history.Evaluations.SelectMany(evaluation => evaluation.Metrics.Keys).Distinct().ToArray();
        var table = new Table().AddColumn("step").AddColumns(names.Select(Markup.Escape).ToArray());
        foreach (var evaluation in history.Evaluations)
        {
            table.AddRow([$"{evaluation.Step}", .. names.Select(name => evaluation.Metrics[name].ToString("F3", CultureInfo.InvariantCulture))]);
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(comparison);
    }
}
