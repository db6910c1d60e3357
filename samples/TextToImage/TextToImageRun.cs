using Ablations;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using QuickStart;
using Spectre.Console;
using TextToImage.Generation;
using TextToImage.Judging;

namespace TextToImage;

/// <summary>Captioned pictures in; model, grid and, for drawn scenes, a judge's table out.</summary>
internal static class TextToImageRun
{
    private static readonly float[] GuidanceScales = [1, 2, 4];

    /// <returns>Exit code: 0, or 1 after an error.</returns>
    public static int Execute(Settings settings, CancellationToken cancellationToken)
    {
        try
        {
            settings.Validate();
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

        var set = settings.Captions is null ? TrainingSet.Draw(context, settings.Size) : TrainingSet.Read(context, settings);
        string modelPath = settings.Model?.FullName ?? Path.Combine(settings.Output.FullName, "model.zip");
        if (settings.Model is null)
        {
            Train(context, set, settings, modelPath, cancellationToken);
        }

        // From here on the model is the one in the file, as in any program that only generates.
        using var generator = PictureGenerator.Load(context, modelPath);
        if (settings.Prompts.Count > 0)
        {
            WriteGrid(generator, settings.Prompts.Select(prompt => (prompt, (string?)null)).ToList(), settings, "prompts.png");
            return;
        }

        WriteGrid(generator, set.Examples, settings, "grid.png");
        if (cancellationToken.IsCancellationRequested)
        {
            AnsiConsole.MarkupLineInterpolated($"Stopped early. --model {modelPath} shows and judges what it has learnt.");
        }
        else if (settings.Captions is null)
        {
            WriteReport(generator, settings, cancellationToken);
        }
    }

    private static void Train(MLContext context, TrainingSet set, Settings settings, string modelPath, CancellationToken cancellationToken)
    {
        AnsiConsole.MarkupLineInterpolated($"{set.Description}");
        using var lossLog = LossLog.Open(settings.LossLog);
        using var trained = TrainingDisplay.Show(settings.Steps, display =>
        {
            var options = settings.ToOptions(set.ImageColumn, new ProgressPair(display, lossLog), cancellationToken);
            return context.Transforms.SimpleDiffusion(options).Fit(set.Pictures);
        });

        // The model needs the caption and a seed: what it was trained on is not part of its input.
        var request = context.Data.LoadFromEnumerable([new PictureRequest()]);
        context.Model.Save(trained, request.Schema, modelPath);
        AnsiConsole.MarkupLineInterpolated($"Trained {trained.ParameterCount:N0} parameters. [green]Wrote[/] {modelPath}");
    }

    private static void WriteGrid(PictureGenerator generator, IReadOnlyList<(string Caption, string? Note)> captions, Settings settings, string name)
    {
        string path = Path.Combine(settings.Output.FullName, name);
        AnsiConsole.MarkupLineInterpolated($"Generating pictures of {captions.Count} captions ...");
        CaptionGrid.Write(generator, captions, GuidanceScales, settings.SamplingSteps, path);
        AnsiConsole.MarkupLineInterpolated($"[green]Wrote[/] {path}");
    }

    private static void WriteReport(PictureGenerator generator, Settings settings, CancellationToken cancellationToken)
    {
        AnsiConsole.MarkupLineInterpolated($"Training the judge, and judging {settings.Judged} pictures of each kind at each guidance scale ...");
        using var judge = Judge.Train(generator.Size, cancellationToken);
        string table = new Exam(generator, judge, settings.Judged, settings.SamplingSteps).Report(GuidanceScales);
        string path = Path.Combine(settings.Output.FullName, "judge.md");
        WholeFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(table);
        });
        Console.Out.Write(table);
        AnsiConsole.MarkupLineInterpolated($"[green]Wrote[/] {path}");
    }

    private static void WriteMessage(LoggingEventArgs e)
    {
        if (e.Kind != ChannelMessageKind.Trace)
        {
            AnsiConsole.MarkupLineInterpolated($"[grey]{e.RawMessage}[/]");
        }
    }
}
