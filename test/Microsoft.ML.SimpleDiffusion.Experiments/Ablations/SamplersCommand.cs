using System.CommandLine;
using ExampleData;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary><c>samplers</c>: samplers compared on a trained model.</summary>
internal static class SamplersCommand
{
    public static System.CommandLine.Command Create()
    {
        var model = new Option<FileInfo>("--model") { Description = "A model.zip, such as the QuickStart's.", Required = true };
        var pictures = new Option<DirectoryInfo>("--images") { Description = "Pictures of its classes, a folder per class.", Required = true };
        var count = new Option<int>("--samples") { Description = "Pictures to generate with each sampler.", DefaultValueFactory = _ => 100 };
        var output = new Option<DirectoryInfo>("--output") { Description = "Folder for samplers.md.", DefaultValueFactory = _ => new DirectoryInfo("samplers-output") };
        var command = new System.CommandLine.Command("samplers", "Compares samplers on a trained model.") { model, pictures, count, output };
        command.SetAction(result => ConsoleProgram.Run(stop =>
        {
            var folder = result.GetRequiredValue(output);
            folder.Create();
            string text = new SamplerComparison(result.GetRequiredValue(model), result.GetRequiredValue(pictures), result.GetValue(count), Log.Write, stop).Measure();
            File.WriteAllText(Path.Combine(folder.FullName, "samplers.md"), text);
            Console.Write(text);
        }));
        return command;
    }
}
