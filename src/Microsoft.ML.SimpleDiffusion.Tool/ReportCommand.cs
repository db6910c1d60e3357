using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Spectre.Console;

namespace Microsoft.ML.SimpleDiffusion.Tool;

/// <summary><c>simple-diffusion report</c>: one HTML page about a model.</summary>
internal static class ReportCommand
{
    public static System.CommandLine.Command Create()
    {
        var defaults = new ReportOptions();
        var model = new Argument<FileInfo>("model") { Description = "Model that mlContext.Model.Save wrote: a diffusion model, or a pipeline with one in it." };
        var images = new Option<DirectoryInfo>("--images") { Description = "The pictures it was trained on: a folder per class, or, for a model without classes, pictures in any folders.", Required = true };
        var output = new Option<FileInfo>("--output") { Description = "The page to write.", DefaultValueFactory = _ => new FileInfo("report.html") };
        var title = new Option<string?>("--title") { Description = "Heading of the page; by default the model's file name." };
        var guidance = new Option<float[]>("--guidance") { Description = "Guidance scales to compare.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. defaults.GuidanceScales] };
        var pictures = new Option<int>("--pictures") { Description = "Pictures to generate at each guidance scale and to measure.", DefaultValueFactory = _ => defaults.MaxImages };
        var samplesPerClass = new Option<int>("--samples-per-class") { Description = "Generated pictures to show of each class.", DefaultValueFactory = _ => defaults.SamplesPerClass };
        var neighbors = new Option<int>("--neighbors") { Description = "Pairs of a generated picture and the nearest real one to show.", DefaultValueFactory = _ => defaults.NeighborsShown };
        var epochs = new Option<int>("--classifier-epochs") { Description = "Passes over the pictures to train the classifier that they are compared by.", DefaultValueFactory = _ => defaults.ClassifierEpochs };
        var seed = new Option<int>("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => defaults.Seed };
        var command = new System.CommandLine.Command("report", "Measures a model and writes an HTML page about it that needs no other file.")
        {
            model, images, output, title, guidance, pictures, samplesPerClass, neighbors, epochs, seed,
        };
        command.SetAction((result, cancellationToken) =>
        {
            var file = result.GetRequiredValue(model);
            var options = new ReportOptions
            {
                Title = result.GetValue(title) ?? file.Name,
                GuidanceScales = result.GetRequiredValue(guidance),
                MaxImages = result.GetValue(pictures),
                SamplesPerClass = result.GetValue(samplesPerClass),
                NeighborsShown = result.GetValue(neighbors),
                ClassifierEpochs = result.GetValue(epochs),
                Seed = result.GetValue(seed),
                Progress = new Lines(),
                CancellationToken = cancellationToken,
            };
            return Task.FromResult(Execute(file, result.GetRequiredValue(images), result.GetRequiredValue(output), options));
        });
        return command;
    }

    /// <returns>Exit code: 0, or 1 after an error.</returns>
    private static int Execute(FileInfo model, DirectoryInfo images, FileInfo output, ReportOptions options)
    {
        try
        {
            Write(model, images, output, options);
            AnsiConsole.MarkupLineInterpolated($"[green]Wrote[/] {output.FullName}");
            return 0;
        }
        catch (OperationCanceledException)
        {
            AnsiConsole.MarkupLine("[red]Stopped; no report was written.[/]");
            return 1;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{e.Message}[/]");
            return 1;
        }
    }

    private static void Write(FileInfo modelFile, DirectoryInfo images, FileInfo output, ReportOptions options)
    {
        var context = new MLContext(options.Seed);
        using var loaded = ModelFile.Load(context, modelFile);
        var data = ImageFolder.Load(context, images, loaded.Model.Options, hasClasses: loaded.Model.Labels.Count > 0);
        output.Directory?.Create();
        context.ImageGeneration().WriteReport(output.FullName, loaded.Model, data, options);
    }

    private sealed class Lines : IProgress<string>
    {
        public void Report(string value) => AnsiConsole.MarkupLineInterpolated($"[grey]{value}[/]");
    }
}
