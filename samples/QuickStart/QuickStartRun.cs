using Microsoft.ML;
using Microsoft.ML.Runtime;
using Spectre.Console;

namespace QuickStart;

/// <summary>Pictures in, model and grid out.</summary>
internal static class QuickStartRun
{
    private const int ColumnsPerClass = 8;

    /// <returns>Exit code: 0, or 1 after an error.</returns>
    public static int Execute(Settings settings, CancellationToken cancellationToken)
    {
        try
        {
            Run(settings, cancellationToken);
            return 0;
        }
        catch (Exception e) when (!settings.Verbose)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{e.Message}[/]");
            return 1;
        }
    }

    private static void Run(Settings settings, CancellationToken cancellationToken)
    {
        settings.Output.Create();
        var context = new MLContext(settings.Seed);
        if (settings.Verbose)
        {
            context.Log += (_, e) => WriteMessage(e);
        }

        string folder = settings.Images?.FullName ?? ShapeDataSet.Draw(Path.Combine(settings.Output.FullName, "shapes"));
        var examples = ImageFolder.Read(folder);
        string[] classes = examples.Select(example => example.Label).Distinct().ToArray();
        AnsiConsole.MarkupLineInterpolated($"{examples.Count} pictures of {classes.Length} classes in {folder}");

        string modelPath = Path.Combine(settings.Output.FullName, "model.zip");
        Train(context, examples, settings, modelPath, cancellationToken);

        // From here on the model is the one in the file, as in any program that only generates.
        ITransformer model = context.Model.Load(modelPath, out _);
        string gridPath = Path.Combine(settings.Output.FullName, "grid.png");
        AnsiConsole.MarkupLineInterpolated($"Generating {ColumnsPerClass} pictures per class ...");
        Grid.Write(context, model, classes, ColumnsPerClass, gridPath);

        string predictionPath = Path.Combine(settings.Output.FullName, "prediction.png");
        using var engine = context.Model.CreatePredictionEngine<ImageExample, GeneratedExample>(model);
        engine.Predict(new ImageExample { Label = classes[0] }).GeneratedImage.Save(predictionPath);
        AnsiConsole.MarkupLineInterpolated($"[green]Wrote[/] {gridPath} (a row per class: {string.Join(", ", classes)})");
        AnsiConsole.MarkupLineInterpolated($"[green]Wrote[/] {modelPath} and {predictionPath} (one {classes[0]} from a PredictionEngine)");
    }

    private static void Train(MLContext context, IReadOnlyList<ImageExample> examples, Settings settings, string modelPath, CancellationToken cancellationToken)
    {
        IDataView data = context.Data.LoadFromEnumerable(examples);
        string? comparison = null;
        using var lossLog = LossLog.Open(settings.LossLog);
        using var trained = TrainingDisplay.Show(settings.Steps, display =>
        {
            var options = settings.ToOptions(new ProgressPair(display, lossLog), cancellationToken);
            var keys = context.Transforms.Conversion.MapValueToKey(nameof(ImageExample.Label)).Fit(data);
            if (!settings.Evaluate)
            {
                return context.Transforms.SimpleDiffusion(options).Fit(keys.Transform(data));
            }

            (var model, comparison) = EvaluatedTraining.Fit(context, examples, keys, options);
            return model;
        });
        AnsiConsole.MarkupLineInterpolated($"Trained {trained.ParameterCount:N0} parameters.");
        if (comparison is not null)
        {
            EvaluatedTraining.Print(trained.History, comparison);
        }

        // The model needs the label alone: what it was trained on is not part of its input.
        var request = context.Data.LoadFromEnumerable(examples.Take(1));
        context.Model.Save(trained, request.Schema, modelPath);
    }

    private static void WriteMessage(LoggingEventArgs e)
    {
        if (e.Kind != ChannelMessageKind.Trace)
        {
            AnsiConsole.MarkupLineInterpolated($"[grey]{e.RawMessage}[/]");
        }
    }
}
