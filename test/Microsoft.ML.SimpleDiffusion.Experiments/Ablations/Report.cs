using System.Globalization;
using System.Text;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>Writes what has been measured so far as Markdown.</summary>
internal static class Report
{
    private const string Introduction = """
        # Ablations

        Each row is one small model, trained from the same seed on the same pictures. Resolutions of the paper are scaled to the size of the pictures; the
        networks are U-Nets with the paper's levels (appendix B.1), fewer channels and fewer blocks.

        - **Classifier distance**: the Fréchet distance between features of generated and held-out pictures, in a small classifier trained on the real
          pictures. Lower is better. It is not FID, and its values cannot be compared with FIDs; only the order of rows can.
        - **Class agreement**: the share of generated pictures that the classifier gives the class that was asked for.
        - **Error at a log-SNR**: the mean squared error of the predicted picture when noise of that level is added to held-out pictures, at full
          resolution / pooled to an eighth. Pixel values are −1 to 1. Unlike the training loss it can be compared between schedules and losses.
        - **Paper**: FID on ImageNet, training / evaluation data (tables 2 to 6 of the paper), and its steps per second in table 5.

        """;

    /// <summary>Writes the report on everything in the output folder.</summary>
    public static void Write(OutputFiles files)
    {
        var text = new StringBuilder(Introduction).AppendLine();
        if (files.ReadScale() is Scale scale)
        {
            WriteResults(text, files, scale);
        }

        // Speeds are of their own size, the names of variants that of theirs.
        foreach (var table in Tables.For(Settings.LargestSize))
        {
            if (files.ReadSpeed(table) is SpeedResult speed)
            {
                WriteSpeed(text, table, speed);
            }
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        Files.Write(files.ReportFile, stream => stream.Write(bytes));
    }

    private static void WriteResults(StringBuilder text, OutputFiles files, Scale scale)
    {
        Line(text, $"{scale.Size}×{scale.Size} pixels, {scale.BaseChannels} base channels, {scale.Batch} pictures per step, {Budget(scale)}, {LossName(scale)} loss, peak learning rate {scale.LearningRate} with cosine decay; {scale.SamplingSteps} steps of DPM-Solver++ 2M without guidance; precision {scale.Precision}, seed {scale.Seed}.");
        text.AppendLine();
        if (files.ReadBaseline() is Baseline baseline)
        {
            Line(text, $"Distances compare {baseline.Pictures} pictures with as many held-out ones. {baseline.TrainingPictures} training pictures.");
            text.AppendLine().AppendLine("| | classifier distance | class agreement |").AppendLine("| --- | --- | --- |");
            Line(text, $"| training pictures that the classifier has not seen (floor) | {baseline.Floor:F2} | |");
            Line(text, $"| noise (ceiling) | {baseline.Ceiling:F2} | |");
            Line(text, $"| held-out pictures | 0 | {baseline.Agreement:P0} |");
            text.AppendLine();
            Line(text, $"![Held-out pictures]({OutputFiles.RealPicturePath})");
            text.AppendLine();
            Line(text, $"*Held-out pictures. Columns here and below: {string.Join(", ", baseline.Classes)}.*");
            text.AppendLine();
        }

        foreach (var table in Tables.For(scale.Size))
        {
            var results = table.Variants.Select(variant => (Variant: variant, Result: files.ReadResult(table, variant)))
                .Where(row => row.Result is not null)
                .Select(row => (row.Variant, row.Result!))
                .ToList();
            if (results.Count > 0)
            {
                WriteTable(text, table, results);
            }
        }
    }

    private static void WriteTable(StringBuilder text, AblationTable table, List<(Variant Variant, VariantResult Result)> rows)
    {
        Line(text, $"## Table {table.Number}: {table.Title}");
        text.AppendLine().AppendLine(table.Note).AppendLine();
        var levels = rows[0].Result.Errors.Select(error => error.LogSnr).Distinct().ToList();
        string headers = string.Join(" | ", levels.Select(level => string.Create(CultureInfo.InvariantCulture, $"error at {level}")));
        Line(text, $"| variant | steps | weights | classifier distance | class agreement | {headers} | {table.PaperHeader} |");
        text.AppendLine($"| {string.Join(" | ", Enumerable.Repeat("---", levels.Count + 6))} |");
        foreach (var (variant, result) in rows)
        {
            string errors = string.Join(" | ", result.Errors.GroupBy(error => error.LogSnr)
                .Select(level => string.Join(" / ", level.Select(error => error.MeanSquaredError.ToString("F4", CultureInfo.InvariantCulture)))));
            Line(text, $"| {variant.Name} | {result.Steps} | {result.Parameters:N0} | {result.ClassifierDistance:F2} | {result.ClassAgreement:P0} | {errors} | {variant.Paper} |");
        }

        text.AppendLine();
        foreach (var (variant, _) in rows)
        {
            Line(text, $"![{variant.Name}]({OutputFiles.PicturePath(table, variant)})");
            text.AppendLine();
            Line(text, $"*{variant.Name}*");
            text.AppendLine();
        }
    }

    private static void WriteSpeed(StringBuilder text, AblationTable table, SpeedResult speed)
    {
        Line(text, $"## Speed of the variants of table {table.Number}");
        text.AppendLine();
        Line(text, $"Training steps per second at {speed.Size}×{speed.Size} pixels, {speed.BaseChannels} base channels, {speed.Batch} pictures per step, {speed.Threads} threads, over those of the first row. The variants took turns, and each ratio is of two turns in the same round: median (lowest to highest). Processor time leaves out what other programs took of the machine.");
        text.AppendLine();
        string reference = speed.Turns.Keys.First();
        Line(text, $"| variant | by the clock | by processor time | {table.PaperHeader} |");
        text.AppendLine("| --- | --- | --- | --- |");
        foreach (string name in speed.Turns.Keys)
        {
            string paper = table.Variants.FirstOrDefault(variant => variant.Name == name)?.Paper ?? string.Empty;
            Line(text, $"| {name} | {Ratio(turn => turn.StepsPerSecond)} | {Ratio(turn => turn.StepsPerProcessorSecond)} | {paper} |");

            string Ratio(Func<Turn, double> speedOf)
            {
                var (median, lowest, highest) = speed.Ratio(name, reference, speedOf);
                return string.Create(CultureInfo.InvariantCulture, $"{median:P0} ({lowest:P0} to {highest:P0})");
            }
        }

        text.AppendLine();
    }

    private static string LossName(Scale scale) => scale.Loss == LossType.Auto ? $"{LossType.Epsilon}" : $"{scale.Loss}";

    private static string Budget(Scale scale) => scale.Steps is int steps
        ? string.Create(CultureInfo.InvariantCulture, $"{steps} steps")
        : string.Create(CultureInfo.InvariantCulture, $"{scale.Minutes} minutes of training by measured speed");

    private static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
