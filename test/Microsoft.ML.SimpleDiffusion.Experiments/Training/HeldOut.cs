namespace Microsoft.ML.SimpleDiffusion.Experiments.Training;

/// <summary>Holds out every fifth picture of a folder, in the order of their names.</summary>
internal static class HeldOut
{
    private const int Every = 5;

    /// <param name="context">ML.NET.</param>
    /// <param name="folder">Pictures in a folder per class.</param>
    /// <returns>Columns ImagePath and Label (key).</returns>
    public static (IDataView TrainSet, IDataView TestSet) Split(MLContext context, string folder)
    {
        var all = context.Data.LoadFromImageFolder(folder, new ImageFolderOptions { Condition = ImageFolderCondition.Folders });
        var rows = context.Data.CreateEnumerable<LabelledFile>(all, reuseRowObject: false).ToList();
        var keys = context.Transforms.Conversion.MapValueToKey(nameof(LabelledFile.Label)).Fit(all);
        return (View(isHeldOut: false), View(isHeldOut: true));

        IDataView View(bool isHeldOut) => keys.Transform(context.Data.LoadFromEnumerable(rows.Where((_, i) => i % Every == 0 == isHeldOut)));
    }

    private sealed class LabelledFile
    {
        public string ImagePath { get; set; } = string.Empty;

        public string Label { get; set; } = string.Empty;
    }
}
