using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary><c>simple-diffusion train</c>: from a folder of images to a model, a grid of what it draws, and a card.</summary>
internal static class TrainCommand
{
    private const int GridSeed = 1;

    public static System.CommandLine.Command Create(CommandRunner runner)
    {
        var images = new ImageArguments();
        var output = new Option<FileInfo>("--output", "-o") { Description = "The model to write.", DefaultValueFactory = _ => new FileInfo("model.zip") };
        var settings = new SettingArguments();
        var checkpoints = new Option<DirectoryInfo?>("--checkpoints") { Description = "Folder for checkpoints. By default beside the model, named like it." };
        var restart = new Option<bool>("--restart") { Description = "Begin anew; by default the command goes on from its checkpoints." };
        var validation = new Option<double>("--validation") { Description = "Share of the images to measure on instead of training on them, 0 to 0.5." };
        validation.Require(share => share is >= 0 and <= 0.5, "--validation is a share of the images, from 0 to 0.5.");
        var command = new System.CommandLine.Command("train", "Trains a model on a folder of images. Started again after an interruption it goes on where it was.")
        {
            images.Folder, output, checkpoints, restart, validation,
        };
        images.AddTo(command);
        settings.AddTo(command);
        runner.SetAction(command, (result, session) =>
        {
            var options = settings.Read(result);
            var model = result.GetRequiredValue(output);
            options.Training.CheckpointDirectory ??= (result.GetValue(checkpoints) ?? new DirectoryInfo(Path.ChangeExtension(model.FullName, ".checkpoints"))).FullName;
            options.Training.ResumeFromCheckpoint = !result.GetValue(restart);
            options.Training.CancellationToken = session.CancellationToken;
            options.Compute = session.Compute;
            session.RequireLibTorch();
            Execute(session, images.Read(result), options, result.GetValue(validation), model);
        });
        return command;
    }

    private static void Execute(Session session, ImageInput input, SimpleDiffusionOptions options, double validation, FileInfo output)
    {
        var context = session.CreateContext(options.Seed);
        var images = input.Load(context);
        session.Screen.Hint(images.Description);
        images.NameColumns(options);
        var (training, heldOut) = validation > 0 ? images.Split(context, validation, options.Seed) : (images.ForTraining(context), null);
        output.Directory?.Create();

        SimpleDiffusionTransformer? model = null;
        session.Screen.WithBar(progress =>
        {
            options.Training.Progress = progress;
            var estimator = context.Transforms.SimpleDiffusion(options);
            model = heldOut is null ? estimator.Fit(training) : estimator.Fit(training, heldOut);
        });
        using (model)
        {
            context.Model.SaveAtomically(model!, inputSchema: null, output.FullName);
            session.Screen.Done($"Wrote {output.FullName}");
            string card = Path.ChangeExtension(output.FullName, ".md"), grid = Path.ChangeExtension(output.FullName, ".png");
            Persistence.Files.Write(card, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(ModelCard.Write(model!, output.Name, images))));
            session.Screen.Done($"Wrote {card}");
            model!.GenerateGrid(grid, images.Examples(model), columns: 8, seed: GridSeed, cancellationToken: session.CancellationToken);
            session.Screen.Done($"Wrote {grid}");
        }
    }
}
