using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.ResNet;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;
using Microsoft.ML.SimpleDiffusion.Tool.Terminal;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary><c>simple-diffusion sweep</c>: tries options, and keeps the best model.</summary>
internal static class SweepCommand
{
    /// <summary>In the sweep's folder: features of real images, for all processes.</summary>
    private const string FeatureFolder = "resnet18";

    public static System.CommandLine.Command Create(CommandRunner runner)
    {
        var images = new ImageArguments();
        var settings = new SettingArguments();
        var vary = new Option<string[]>("--vary") { Description = "An option to vary: by its path alone, or with a range such as Training.LearningRate=1e-4..1e-3 or a list such as Training.BatchSize=8,16,32. May be repeated.", HelpName = "option[=values]" };
        var strategy = new Option<SweepStrategy>("--strategy") { Description = "How values are chosen." };
        var trials = new Option<int>("--trials") { Description = "Trainings to do.", DefaultValueFactory = _ => 16 };
        var validation = new Option<double>("--validation") { Description = "Share of the images that the trials are measured on.", DefaultValueFactory = _ => 0.1 };
        var folder = new Option<DirectoryInfo>("--folder") { Description = "Where the trials are kept. The same command goes on with what is there.", DefaultValueFactory = _ => new DirectoryInfo("sweep") };
        var output = new Option<FileInfo>("--output", "-o") { Description = "The best model, to be written.", DefaultValueFactory = _ => new FileInfo("model.zip") };
        var processes = new Option<int>("--processes") { Description = "Trials at the same time.", DefaultValueFactory = _ => 1 };
        var resnet = new ResNetArgument("Go by the ResNet18 Fréchet distance to the images that are measured on, and not by the validation loss.");
        validation.Require(share => share is > 0 and <= 0.5, "--validation is a share of the images, above 0 and at most 0.5.");
        trials.Require(number => number >= 2, "--trials must be 2 or more.");
        processes.Require(number => number >= 1, "--processes must be 1 or more.");
        var command = new System.CommandLine.Command("sweep", "Trains with several options and keeps the best model. Started again it goes on where it was.")
        {
            images.Folder, vary, strategy, trials, validation, folder, output, processes,
        };
        images.AddTo(command);
        settings.AddTo(command);
        resnet.AddTo(command);
        var invitation = new SweepInvitation(command, ofThisProcess: [folder, output, processes]);
        runner.SetAction(command, (result, session) =>
        {
            Run(result, session, result.GetRequiredValue(output));
        });
        command.Add(SweepJoinCommand.Create(runner, invitation, (result, session) => Run(result, session, output: null)));
        return command;

        void Run(ParseResult result, Session session, FileInfo? output)
        {
            var options = settings.Read(result);
            options.Compute = session.Compute;
            var sweep = new SweepOptions
            {
                Base = options,
                Parameters = result.GetValue(vary) is { Length: > 0 } texts ? [.. texts.Select(SweptValues.Parse)] : null,
                Strategy = result.GetValue(strategy),
                Trials = result.GetValue(trials),
                Directory = result.GetRequiredValue(folder).FullName,
                ParallelProcesses = result.GetValue(processes),
                Seed = options.Seed ?? 0,
                Progress = new Lines(session.Screen),
                CancellationToken = session.CancellationToken,
            };
            session.RequireLibTorch();
            bool usesResNet = resnet.Prepare(result, session);
            invitation.Write(result, images.Folder, sweep.Directory);
            Execute(session, images.Read(result), sweep, result.GetValue(validation), output, usesResNet);
        }
    }

    private static void Execute(Session session, ImageInput input, SweepOptions options, double validation, FileInfo? output, bool usesResNet)
    {
        var context = session.CreateContext(options.Seed);
        var images = input.Load(context);
        images.NameColumns(options.Base);
        var (training, heldOut) = images.Split(context, validation, options.Seed);
        output?.Directory?.Create();
        using var metric = usesResNet
            ? context.ImageGeneration().ResNet18Distance(heldOut, ResNetArgument.CreateOptions(session, options.Base.ImageColumnName, Path.Combine(options.Directory, FeatureFolder)))
            : null;
        options.Metric = metric;
        var result = context.ImageGeneration().Sweep(training, heldOut, options);
        session.Screen.Say(result.ToMarkdown());
        if (output is null)
        {
            return;
        }

        using var best = result.LoadBest();
        context.Model.SaveAtomically(best, inputSchema: null, output.FullName);
        session.Screen.Done($"Wrote {output.FullName}, the model of trial {result.Best.Number}");
    }

    private sealed class Lines(Screen screen) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value)
            => screen.Hint(Invariant($"{value.FinishedTrainings} of {value.TotalTrainings}: trial {value.Trial.Number} {value.Trial.State}, metric {value.Trial.Metric:G4}, best {value.Best?.Metric:G4}"));
    }
}
