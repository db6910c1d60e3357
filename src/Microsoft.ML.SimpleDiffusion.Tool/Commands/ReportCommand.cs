using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;
using Microsoft.ML.SimpleDiffusion.Tool.Terminal;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary><c>simple-diffusion report</c>: one HTML page about a model.</summary>
internal static class ReportCommand
{
    public static System.CommandLine.Command Create(CommandRunner runner)
    {
        var defaults = new ReportOptions();
        var model = ModelArgument.Create();
        var images = new ImageArguments();
        var output = new Option<FileInfo>("--output", "-o") { Description = "The page to write.", DefaultValueFactory = _ => new FileInfo("report.html") };
        var title = new Option<string?>("--title") { Description = "Heading of the page; by default the model's file name." };
        var guidance = new Option<float[]>("--guidance") { Description = "Guidance scales to compare.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. defaults.GuidanceScales] };
        var students = new Option<FileSystemInfo[]>("--student") { Description = "A model of 'distill' to compare with over the number of network evaluations; once for each." };
        var count = new Option<int>("--count", "-n") { Description = "Images to generate at each guidance scale and to measure.", DefaultValueFactory = _ => defaults.MaxImages };
        var samplesPerClass = new Option<int>("--samples-per-class") { Description = "Generated images to show of each class.", DefaultValueFactory = _ => defaults.SamplesPerClass };
        var neighbors = new Option<int>("--neighbors") { Description = "Pairs of a generated image and the nearest real one to show.", DefaultValueFactory = _ => defaults.NeighborsShown };
        var epochs = new Option<int>("--classifier-epochs") { Description = "Passes over the images to train the classifier that they are compared by.", DefaultValueFactory = _ => defaults.ClassifierEpochs };
        var seed = new Option<int>("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => defaults.Seed };
        var resnet = new ResNetArgument("Add a row with the ResNet18 Fréchet distance.");
        var command = new System.CommandLine.Command("report", "Measures a model and writes an HTML page about it that needs no other file.")
        {
            model, images.Folder, output, title, guidance, students, count, samplesPerClass, neighbors, epochs, seed,
        };
        images.AddTo(command);
        resnet.AddTo(command);
        runner.SetAction(command, (result, session) =>
        {
            session.RequireLibTorch();
            bool usesResNet = resnet.Prepare(result, session);
            var file = result.GetRequiredValue(model);
            var options = new ReportOptions
            {
                Title = result.GetValue(title) ?? file.Name,
                GuidanceScales = result.GetRequiredValue(guidance),
                MaxImages = result.GetValue(count),
                SamplesPerClass = result.GetValue(samplesPerClass),
                NeighborsShown = result.GetValue(neighbors),
                ClassifierEpochs = result.GetValue(epochs),
                Seed = result.GetValue(seed),
                Progress = new Lines(session.Screen),
                CancellationToken = session.CancellationToken,
            };
            var context = session.CreateContext(options.Seed);
            options.Metrics = usesResNet ? [ResNetArgument.CreateReportMetric(session, context)] : [];
            Write(session, context, file, result.GetValue(students) ?? [], images.Read(result), result.GetRequiredValue(output), options);
        });
        return command;
    }

    private static void Write(
        Session session, MLContext context, FileSystemInfo modelFile, IReadOnlyList<FileSystemInfo> studentFiles, ImageInput images, FileInfo output, ReportOptions options)
    {
        using var loaded = ModelFile.Load(context, modelFile, session.Compute);
        var students = new List<ModelFile>();
        try
        {
            students.AddRange(studentFiles.Select(file => ModelFile.Load(context, file, session.Compute)));
            options.Students = students.ConvertAll(student => student.Model);
            var data = images.Load(context).ForModel(context, loaded.Model);
            output.Directory?.Create();
            context.ImageGeneration().WriteReport(output.FullName, loaded.Model, data, options);
        }
        finally
        {
            students.ForEach(student => student.Dispose());
        }

        session.Screen.Done($"Wrote {output.FullName}");
    }

    private sealed class Lines(Screen screen) : IProgress<string>
    {
        public void Report(string value) => screen.Hint(value);
    }
}
