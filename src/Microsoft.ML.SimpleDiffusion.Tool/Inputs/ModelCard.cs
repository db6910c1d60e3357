using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Tool.Inputs;

/// <summary>A page in Markdown that goes with a model: what it is, what it learnt from, how, and what is left for its maker to say.</summary>
internal static class ModelCard
{
    private const int MaxLabels = 100;

    /// <param name="model">The model.</param>
    /// <param name="fileName">Its file, without the folder, which is nobody's business.</param>
    /// <param name="images">What it was trained on.</param>
    public static string Write(SimpleDiffusionTransformer model, string fileName, TrainingImages images)
    {
        var card = new StringBuilder();
        Line($"# {fileName}");
        Line($"A diffusion model that draws {ModelFacts.Subject(model)}: {model.ParameterCount:N0} weights, trained for {model.TrainedSteps:N0} steps with Microsoft.ML.SimpleDiffusion.");
        if (ModelFacts.Distillation(model) is string distilled)
        {
            Line($"Distilled {distilled} (SHA-256 of its weights: {model.Distillation!.TeacherSha256}).");
        }

        Line($"## Data");
        Line($"{images.Description} *Say where they come from.*");
        if (model.Labels.Count > 0)
        {
            Line($"Classes: {string.Join(", ", model.Labels.Take(MaxLabels).Select(Escape))}{(model.Labels.Count > MaxLabels ? ", …" : string.Empty)}");
        }

        Line($"Licence of the data: *fill in*. Licence of the model: *fill in*.");
        Line($"## Training");
        if (model.History.Losses is [.., var loss])
        {
            Line($"Last loss: {loss.Loss:G4}.");
        }

        foreach (var evaluation in model.History.Evaluations.TakeLast(1))
        {
            Line($"Last evaluation: {ModelFacts.Text(evaluation)}.");
        }

        Line($"Options that are not the library's own:");
        foreach (var (name, value) in ModelFacts.ChangedOptions(model.Options))
        {
            card.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"- `{name}`: {Escape(value)}");
        }

        card.AppendLine();
        Line($"## Limits");
        Line($"The model has seen nothing but the images above and draws in their manner only. *Say what it should not be used for.*");
        return card.ToString();

        void Line(FormattableString text) => card.AppendLine(Invariant(text)).AppendLine();
    }

    /// <summary>Text from data, so that it is not taken for Markdown or HTML.</summary>
    private static string Escape(string text) => string.Concat(Terminal.SafeText.Of(text).Select(c => c is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '#' or '|' or '&' ? $"\\{c}" : c == '\n' ? " " : c.ToString()));
}
