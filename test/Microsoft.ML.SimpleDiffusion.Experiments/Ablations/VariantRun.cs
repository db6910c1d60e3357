namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>
/// Trains one variant and measures it. Everything lies in a folder of its own: checkpoints while it trains, then the model, then the result. Whatever
/// is there is not done again.
/// </summary>
/// <param name="context">ML.NET.</param>
/// <param name="settings">The command line.</param>
/// <param name="training">Training pictures.</param>
/// <param name="yardstick">Measures generated pictures.</param>
/// <param name="log">Is told how it goes.</param>
/// <param name="cancellationToken">Ends the run; the same run goes on from there.</param>
internal sealed class VariantRun(
    MLContext context, Settings settings, IReadOnlyList<Picture> training, Yardstick yardstick, Action<string> log, CancellationToken cancellationToken)
{
    private const int MostCheckpointSteps = 100;

    /// <summary>Log-SNRs at which the error is measured.</summary>
    private static readonly double[] LogSnrs = [-6, -2, 2, 6];

    /// <param name="table">The table.</param>
    /// <param name="variant">One of its variants.</param>
    /// <param name="steps">Training steps.</param>
    public void Execute(AblationTable table, Variant variant, int steps)
    {
        var files = new OutputFiles(settings.Output);
        string name = $"table {table.Number}, {variant.Name}";
        if (files.ReadResult(table, variant) is not null)
        {
            log($"{name}: already done");
            return;
        }

        string modelFolder = files.ModelFolder(table, variant);
        if (!OutputFiles.HasModel(modelFolder))
        {
            using var trained = Train(variant, steps, files.CheckpointFolder(table, variant), name);
            trained.SaveAsSafetensors(modelFolder);
        }

        using var model = SimpleDiffusionTransformer.LoadFromSafetensors(context, modelFolder);
        var generated = Generate(model, name);
        PictureGrid.Write(generated, ClassNames(), settings.Scale.Size, files.PictureFile(table, variant));
        files.WriteResult(table, variant, Measure(model, generated, steps));
        if (Directory.Exists(files.CheckpointFolder(table, variant)))
        {
            Directory.Delete(files.CheckpointFolder(table, variant), recursive: true);
        }
    }

    private SimpleDiffusionTransformer Train(Variant variant, int steps, string checkpointFolder, string name)
    {
        var options = settings.ToOptions();
        variant.Change(options);
        options.Training.Steps = steps;
        options.Training.CheckpointDirectory = checkpointFolder;
        options.Training.CheckpointEverySteps = Math.Clamp(steps / 10, 1, MostCheckpointSteps);
        options.Training.CancellationToken = cancellationToken;
        log($"{name}: training");
        var view = PictureSet.View(context, training, settings.Scale.Size);
        return context.Transforms.SimpleDiffusion(options).Fit(context.Transforms.Conversion.MapValueToKey(nameof(Picture.Label)).Fit(view).Transform(view));
    }

    /// <summary>A picture for each held-out one, of the same class. Every variant starts from the same noise.</summary>
    private List<Picture> Generate(SimpleDiffusionTransformer model, string name)
    {
        log($"{name}: generating {yardstick.Real.Count} pictures");
        var requests = context.Data.LoadFromEnumerable(yardstick.Real.Select(picture => new { picture.Label }));
        var pictures = new List<Picture>();
        foreach (var row in context.Data.CreateEnumerable<GeneratedRow>(model.Transform(requests), reuseRowObject: true))
        {
            cancellationToken.ThrowIfCancellationRequested();
            pictures.Add(new Picture { Pixels = Array.ConvertAll(row.GeneratedPixels, value => (byte)value), Label = row.Label });
        }

        return pictures;
    }

    private VariantResult Measure(SimpleDiffusionTransformer model, IReadOnlyList<Picture> generated, int steps)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (distance, agreement, _, _) = yardstick.Measure(generated);
        var errors = context.ImageGeneration().EvaluateDenoising(
            model,
            PictureSet.View(context, yardstick.Real, settings.Scale.Size), LogSnrs, [settings.Scale.Size, settings.Scale.Size / 8], cancellationToken);
        return new VariantResult(steps, model.ParameterCount, distance, agreement, errors);
    }

    private string[] ClassNames() => training.Select(picture => picture.Label).Distinct().ToArray();
}
