namespace Microsoft.ML.SimpleDiffusion.Experiments.Training;

/// <summary>Holds out every fifth picture of a folder, in the order of their names.</summary>
internal static class HeldOut
{
    private const int Every = 5;

    /// <param name="context">ML.NET.</param>
    /// <param name="folder">Pictures in a folder per class.</param>
    /// <returns>Two views with columns ImagePath and Label (key), and how many are held out.</returns>
    public static (IDataView TrainSet, IDataView TestSet, int HeldOutCount) Split(MLContext context, string folder)
    {
        var all = context.Data.LoadFromImageFolder(folder, new ImageFolderOptions { Condition = ImageFolderCondition.Folders });
        var rows = context.Data.CreateEnumerable<LabelledFile>(all, reuseRowObject: false).ToList();
        var keys = context.Transforms.Conversion.MapValueToKey(nameof(LabelledFile.Label)).Fit(all);
        return (View(isHeldOut: false), View(isHeldOut: true), (rows.Count + Every - 1) / Every);

        IDataView View(bool isHeldOut) => keys.Transform(context.Data.LoadFromEnumerable(rows.Where((_, i) => i % Every == 0 == isHeldOut)));
    }

    private sealed class LabelledFile
    {
        public string ImagePath { get; set; } = string.Empty;

        public string Label { get; set; } = string.Empty;
    }
}
