using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary><c>simple-diffusion generate</c>: images from a model.</summary>
internal static class GenerateCommand
{
    private const int MaxClasses = 20;

    public static System.CommandLine.Command Create(CommandRunner runner)
    {
        var model = ModelArgument.Create();
        var label = new Option<string[]>("--label", "-l") { Description = "A class to draw. May be repeated. By default all of them." };
        var prompt = new Option<string[]>("--prompt", "-p") { Description = "What to draw, in words. May be repeated." };
        var count = new Option<int>("--count", "-n") { Description = "Images of each label or prompt.", DefaultValueFactory = _ => 8 };
        var output = new Option<FileInfo>("--output", "-o") { Description = "The grid of images to write.", DefaultValueFactory = _ => new FileInfo("generated.png") };
        var files = new Option<DirectoryInfo?>("--files") { Description = "Folder to write each image to as a file of its own, in place of the grid." };
        var sampling = new SamplingArguments();
        count.Require(number => number >= 1, "--count must be 1 or more.");
        var command = new System.CommandLine.Command("generate", "Draws images with a model.") { model, label, prompt, count, output, files };
        sampling.AddTo(command);
        runner.SetAction(command, (result, session) =>
        {
            session.RequireLibTorch();
            var context = session.CreateContext();
            using var file = ModelFile.Load(context, result.GetRequiredValue(model), session.Compute);
            using var drawing = sampling.Apply(result, file.Model);
            var wanted = Wanted(file.Model, result.GetValue(label) ?? [], result.GetValue(prompt) ?? []);
            if (result.GetValue(files) is { } folder)
            {
                WriteFiles(session, drawing, wanted, result.GetValue(count), folder);
            }
            else
            {
                WriteGrid(session, drawing, wanted, result.GetValue(count), result.GetRequiredValue(output));
            }
        });
        return command;
    }

    /// <summary>What to draw: one entry for a model that takes no wishes.</summary>
    /// <exception cref="UsageException">The model cannot be asked so.</exception>
    private static string?[] Wanted(SimpleDiffusionTransformer model, string[] labels, string[] prompts)
    {
        bool hasCondition = model.Options.ConditionColumnName is not null;
        if (model.Labels.Count > 0)
        {
            return prompts.Length > 0 ? throw new UsageException("The model draws classes: ask for them with --label, not with --prompt.")
                : labels.FirstOrDefault(label => !model.Labels.Contains(label)) is string unknown ? throw new UsageException($"The model knows no class '{unknown}', only {string.Join(", ", model.Labels.Take(MaxClasses))}{(model.Labels.Count > MaxClasses ? ", …" : string.Empty)}.")
                : labels.Length > 0 ? labels : [.. model.Labels.Take(MaxClasses)];
        }

        return labels.Length > 0 ? throw new UsageException("The model has no classes, so that --label has no meaning.")
            : !hasCondition && prompts.Length > 0 ? throw new UsageException("The model takes no words, so that --prompt has no meaning.")
            : hasCondition && prompts.Length == 0 ? throw new UsageException("The model draws what it is told in words: say what with --prompt.")
            : hasCondition ? prompts : new string?[1];
    }

    private static void WriteGrid(Session session, SimpleDiffusionTransformer model, string?[] wanted, int count, FileInfo output)
    {
        output.Directory?.Create();
        model.GenerateGrid(output.FullName, wanted, columns: count, cancellationToken: session.CancellationToken);
        session.Screen.Done($"Wrote {output.FullName}");
    }

    /// <summary>A file for each image, named by what was asked for and a number.</summary>
    private static void WriteFiles(Session session, SimpleDiffusionTransformer model, string?[] wanted, int count, DirectoryInfo folder)
    {
        folder.Create();
        int seed = model.Options.Sampling.Seed;
        for (int row = 0; row < wanted.Length; row++)
        {
            for (int i = 0; i < count; i++)
            {
                byte[] png = model.GeneratePng(wanted[row], seed + (row * count) + i, session.CancellationToken);
                Persistence.Files.Write(Path.Combine(folder.FullName, Invariant($"{FileNames.Of(wanted[row] ?? "image")}-{i + 1:0000}.png")), stream => stream.Write(png));
            }
        }

        session.Screen.Done(Invariant($"Wrote {wanted.Length * count} images to {folder.FullName}"));
    }
}
