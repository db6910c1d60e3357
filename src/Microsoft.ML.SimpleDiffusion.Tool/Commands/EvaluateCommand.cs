using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.ResNet;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary><c>simple-diffusion evaluate</c>: how good a model is, in a few numbers.</summary>
internal static class EvaluateCommand
{
    public static System.CommandLine.Command Create(CommandRunner runner)
    {
        var model = ModelArgument.Create();
        var images = new ImageArguments();
        var count = new Option<int>("--count", "-n") { Description = "Images to generate and to measure.", DefaultValueFactory = _ => 256 };
        var samples = new Option<int>("--samples-per-image") { Description = "Noise levels at which each image is measured for the likelihood.", DefaultValueFactory = _ => 8 };
        var epochs = new Option<int>("--classifier-epochs") { Description = "Passes over the images to train the classifier that they are compared by.", DefaultValueFactory = _ => 16 };
        var seed = new Option<int>("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 1 };
        var cache = new Option<DirectoryInfo?>("--resnet18-cache") { Description = "Folder that keeps the features of real images for --resnet18, 2 KB each." };
        var resnet = new ResNetArgument("Also measure the ResNet18 Fréchet distance to one half of the real images, and that of the other half.");
        var command = new System.CommandLine.Command(
            "evaluate", "Measures a model on images, best on some that it was not trained on: bits per dimension, and with classes the distance to real images and how many are what was asked for.")
        {
            model, images.Folder, count, samples, epochs, seed,
        };
        images.AddTo(command);
        resnet.AddTo(command);
        command.Add(cache);
        runner.SetAction(command, (result, session) =>
        {
            session.RequireLibTorch();
            bool usesResNet = resnet.Prepare(result, session);
            var context = session.CreateContext(result.GetValue(seed));
            using var file = ModelFile.Load(context, result.GetRequiredValue(model), session.Compute);
            var real = images.Read(result).Load(context);
            var data = real.ForModel(context, file.Model);
            var generation = context.ImageGeneration();
            session.Screen.Hint(real.Description);
            if (file.Model.Distillation is null)
            {
                var likelihood = generation.EvaluateLikelihood(file.Model, data, result.GetValue(samples), result.GetValue(seed), session.CancellationToken);
                session.Screen.Table([("bits per dimension", Invariant($"{likelihood.BitsPerDimension:F3} ± {likelihood.StandardError:F3}, at most ({likelihood.ImageCount} images)"))]);
            }
            else
            {
                session.Screen.Hint("A distilled model has no bits per dimension.");
            }

            if (file.Model.Labels.Count > 1)
            {
                var options = file.Model.Options;
                using var metric = generation.TrainClassifierDistance(data, new ClassifierDistanceOptions
                {
                    ImageColumnName = options.ImageColumnName,
                    LabelColumnName = options.ConditionColumnName!,
                    Channels = options.Channels,
                    Epochs = result.GetValue(epochs),
                    MaxImages = result.GetValue(count),
                    Seed = result.GetValue(seed),
                    Compute = session.Compute,
                    CancellationToken = session.CancellationToken,
                });
                session.Screen.Table(Rows(Measure(context, file.Model, metric, result.GetValue(count), session.CancellationToken)));
            }

            if (usesResNet)
            {
                var options = ResNetArgument.CreateOptions(session, file.Model.Options.ImageColumnName, result.GetValue(cache)?.FullName);
                session.Screen.Table(MeasureByResNet(context, file.Model, data, options, result.GetValue(count), result.GetValue(seed)));
            }
        });
        return command;
    }

    /// <summary>Generates as many images of each class, and compares them with the real ones.</summary>
    private static ClassifierDistanceResult Measure(MLContext context, SimpleDiffusionTransformer model, ClassifierDistanceMetric metric, int count, CancellationToken cancellationToken)
    {
        var options = model.Options;
        var wishes = Enumerable.Range(0, count).Select(i => model.Labels[i % model.Labels.Count]);
        var generated = model.Transform(Wishes.ToView(context, wishes, options.ConditionColumnName!));
        return metric.Measure(generated, options.OutputColumnName, options.ConditionColumnName, cancellationToken);
    }

    /// <summary>Compares images, asked for as some of the real ones are, and other real ones with half of the real ones.</summary>
    private static IEnumerable<(string Name, string Value)> MeasureByResNet(
        MLContext context, SimpleDiffusionTransformer model, IDataView data, ResNet18DistanceOptions options, int count, int seed)
    {
        var halves = context.Data.TrainTestSplit(data, 0.5, seed: seed);
        using var metric = context.ImageGeneration().ResNet18Distance(halves.TrainSet, options);
        var others = context.Data.TakeRows(halves.TestSet, count);
        var real = metric.Measure(others, options.ImageColumnName, options.CancellationToken);
        var drawn = metric.Measure(model.Transform(others), model.Options.OutputColumnName, options.CancellationToken);
        return
        [
            ("ResNet18 Fréchet distance", Invariant($"{drawn.Distance:G4} (real images {real.Distance:G4}; {drawn.Count} of each against {drawn.RealCount})")),
            ("precision", Invariant($"{drawn.Precision:P1} (real images {real.Precision:P1})")),
            ("recall", Invariant($"{drawn.Recall:P1} (real images {real.Recall:P1})")),
        ];
    }

    private static IEnumerable<(string Name, string Value)> Rows(ClassifierDistanceResult result) =>
    [
        ("distance", Invariant($"{result.Distance:G4} (real images {result.Floor:G4}, noise {result.Ceiling:G4})")),
        ("agreement", Invariant($"{result.Agreement:P1} are what was asked for (real images {result.RealAgreement:P1})")),
        .. result.PerClassAgreement.Select(entry => ($"  {entry.Key}", Invariant($"{entry.Value:P0}"))),
    ];
}
