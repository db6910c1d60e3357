using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary><c>simple-diffusion export</c>: a model in another format.</summary>
internal static class ExportCommand
{
    public static System.CommandLine.Command Create(CommandRunner runner) => new("export", "Writes a model in another format.") { CreateSafetensors(runner) };

    private static System.CommandLine.Command CreateSafetensors(CommandRunner runner)
    {
        var model = ModelArgument.Create();
        var folder = new Argument<DirectoryInfo>("folder") { Description = "Folder to write config.json and model.safetensors to." };
        var half = new Option<bool>("--half") { Description = "Write half precision: half the size, and nearly the same images." };
        var command = new System.CommandLine.Command("safetensors", "Writes a model's weights as safetensors, for any other program; docs/weights.md names every key.") { model, folder, half };
        runner.SetAction(command, (result, session) =>
        {
            session.RequireLibTorch();
            using var file = ModelFile.Load(session.CreateContext(), result.GetRequiredValue(model), session.Compute);
            string directory = result.GetRequiredValue(folder).FullName;
            file.Model.SaveAsSafetensors(directory, result.GetValue(half) ? WeightPrecision.Float16 : WeightPrecision.Float32);
            session.Screen.Done($"Wrote {Path.Combine(directory, "model.safetensors")}");
        });
        return command;
    }
}
