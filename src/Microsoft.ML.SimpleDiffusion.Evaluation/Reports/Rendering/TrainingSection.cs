namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>Loss curve, and validation metrics over the steps.</summary>
internal static class TrainingSection
{
    public static Html Render(TrainingHistory history)
        => Pieces.Section("training", "Training", Html.Of($"{RenderLosses(history.Losses)}\n{RenderEvaluations(history.Evaluations)}"));

    private static Html RenderLosses(IReadOnlyList<TrainingLoss> losses)
    {
        if (losses.Count == 0)
        {
            return Html.Of($"<p>The model stores no loss curve.</p>");
        }

        string alternative = $"Line chart of the training loss: {Pieces.Figure(losses[0].Loss, "G3")} at step {losses[0].Step}, {Pieces.Figure(losses[^1].Loss, "G3")} at step {losses[^1].Step}.";
        return Pieces.Chart(LineChart.Draw("loss", losses.Select(loss => (loss.Step, loss.Loss)), hasMarkers: false), alternative, "Training loss over the steps.");
    }

    private static Html RenderEvaluations(IReadOnlyList<TrainingEvaluation> evaluations)
    {
        if (evaluations.Count == 0)
        {
            return Html.Of($"<p>The model stores no validation metrics: it was trained without validation data.</p>");
        }

        string[] names = evaluations.SelectMany(evaluation => evaluation.Metrics.Keys).Distinct().ToArray();
        return Html.Of($"""
            <p>Measured on validation data while the model was trained. Distances come from a classifier of their own: they can be compared along the run, but not with the metrics above.</p>
            <div class="charts">
            {Html.Join(names.Select(name => RenderMetric(name, evaluations)))}
            </div>
            {Pieces.Table("Validation metrics during training, of the averaged weights", ["step", .. names, "best so far"], evaluations.Select(evaluation => Cells(evaluation, names)))}
            """);
    }

    private static Html RenderMetric(string name, IReadOnlyList<TrainingEvaluation> evaluations)
    {
        var points = evaluations.Where(evaluation => evaluation.Metrics.ContainsKey(name)).Select(evaluation => (evaluation.Step, evaluation.Metrics[name])).ToList();
        var (firstStep, first) = points[0];
        var (lastStep, last) = points[^1];
        string alternative = $"Line chart of {name}: {Pieces.Figure(first, "G4")} at step {firstStep}, {Pieces.Figure(last, "G4")} at step {lastStep}.";
        return Pieces.Chart(LineChart.Draw(name, points, hasMarkers: true), alternative, $"{name} on validation data.");
    }

    private static Html[] Cells(TrainingEvaluation evaluation, string[] names) =>
    [
        Html.Of($"{evaluation.Step:N0}"),
        .. names.Select(name => Pieces.Number(evaluation.Metrics.TryGetValue(name, out double value) ? value : null, "G4")),
        Pieces.Text(evaluation.IsBest ? "yes" : string.Empty),
    ];
}
