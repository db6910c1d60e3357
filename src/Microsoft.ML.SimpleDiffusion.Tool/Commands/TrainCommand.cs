using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.ResNet;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary><c>simple-diffusion train</c>: from a folder of images to a model, a grid of what it draws, and a card.</summary>
internal static class TrainCommand
{
    public static System.CommandLine.Command Create(CommandRunner runner)
    {
        var images = new ImageArguments();
        var output = new ModelOutput("model.zip");
        var settings = new SettingArguments();
        var validation = new Option<double>("--validation") { Description = "Share of the images to measure on instead of training on them, 0 to 0.5." };
        validation.Require(share => share is >= 0 and <= 0.5, "--validation is a share of the images, from 0 to 0.5.");
        var resnet = new ResNetArgument("Measure the ResNet18 Fréchet distance as the training goes on, and keep the model that is best by it. With --validation.");
        var command = new System.CommandLine.Command("train", "Trains a model on a folder of images. Started again after an interruption it goes on where it was.")
        {
            images.Folder, validation,
        };
        output.AddTo(command);
        images.AddTo(command);
        settings.AddTo(command);
        resnet.AddTo(command);
        command.Validators.Add(result =>
        {
            if (resnet.IsGiven(result) && result.GetValue(validation) == 0)
            {
                result.AddError("--resnet18 needs images to measure on: say with --validation which share of them.");
            }
        });
        runner.SetAction(command, (result, session) =>
        {
            var options = settings.Read(result);
            output.Apply(result, options.Training);
            options.Training.CancellationToken = session.CancellationToken;
            options.Compute = session.Compute;
            session.RequireLibTorch();
            bool usesResNet = resnet.Prepare(result, session);
            Execute(result, session, images.Read(result), options, result.GetValue(validation), output, usesResNet);
        });
        return command;
    }

    private static void Execute(
        ParseResult result, Session session, ImageInput input, SimpleDiffusionOptions options, double validation, ModelOutput output, bool usesResNet)
    {
        var context = session.CreateContext(options.Seed);
        var images = input.Load(context);
        session.Screen.Hint(images.Description);
        images.NameColumns(options);
        var (training, heldOut) = validation > 0 ? images.Split(context, validation, options.Seed) : (images.ForTraining(context), null);
        using var metric = usesResNet ? context.ImageGeneration().ResNet18Distance(heldOut!, ResNetArgument.CreateOptions(session, options.ImageColumnName)) : null;
        if (metric is not null)
        {
            (options.Training.Metrics, options.Training.MonitoredMetric, options.Training.KeepBest) = ([metric], metric.Name, true);
        }

        output.Write(result, session, context, images, progress =>
        {
            options.Training.Progress = progress;
            var estimator = context.Transforms.SimpleDiffusion(options);
            return heldOut is null ? estimator.Fit(training) : estimator.Fit(training, heldOut);
        });
    }
}
