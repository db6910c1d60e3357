using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary><c>simple-diffusion info</c>: what a model is.</summary>
internal static class InfoCommand
{
    private const int MaxLabels = 20;

    public static System.CommandLine.Command Create(CommandRunner runner)
    {
        var model = ModelArgument.Create();
        var history = new Option<bool>("--history") { Description = "Show all losses and evaluations of the training run." };
        var command = new System.CommandLine.Command("info", "Shows what a model is: what it draws, its size, how it was trained, and the options that are not the library's own.") { model, history };
        runner.SetAction(command, (result, session) =>
        {
            session.RequireLibTorch();
            using var file = ModelFile.Load(session.CreateContext(), result.GetRequiredValue(model), session.Compute);
            session.Screen.Table(Facts(file.Model));
            string card = Path.ChangeExtension(result.GetRequiredValue(model).FullName, ".md");
            if (File.Exists(card))
            {
                session.Screen.Table([("card", card)]);
            }


            session.Screen.Say(string.Empty);
            session.Screen.Table(ModelFacts.ChangedOptions(file.Model.Options));
            if (result.GetValue(history))
            {
                session.Screen.Say(string.Empty);
                session.Screen.Table(History(file.Model.History));
            }
        });
        return command;
    }

    private static IEnumerable<(string Name, string Value)> Facts(SimpleDiffusionTransformer model)
    {
        yield return ("draws", ModelFacts.Subject(model));
        if (model.Labels.Count > 0)
        {
            yield return ("classes", string.Join(", ", model.Labels.Take(MaxLabels)) + (model.Labels.Count > MaxLabels ? Invariant($", … ({model.Labels.Count} in all)") : string.Empty));
        }

        yield return ("weights", Invariant($"{model.ParameterCount:N0}"));
        yield return ("trained", Invariant($"{model.TrainedSteps:N0} steps"));
        if (ModelFacts.Distillation(model) is string distilled)
        {
            yield return ("distilled", distilled);
        }

        if (model.History.Losses is [.., var loss])
        {
            yield return ("last loss", Invariant($"{loss.Loss:G4}"));
        }

        if (model.History.Evaluations is [.., var evaluation])
        {
            yield return ("last evaluation", ModelFacts.Text(evaluation));
        }
    }

    private static IEnumerable<(string Name, string Value)> History(TrainingHistory history)
        => history.Losses.Select(loss => (loss.Step, Name: "loss", Value: Invariant($"{loss.Loss:G4}")))
            .Concat(history.Evaluations.Select(evaluation => (evaluation.Step, Name: "evaluation", Value: ModelFacts.Text(evaluation))))
            .OrderBy(entry => entry.Step)
            .Select(entry => (Invariant($"step {entry.Step}, {entry.Name}"), entry.Value));
}
