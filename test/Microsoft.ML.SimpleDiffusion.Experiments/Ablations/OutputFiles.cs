namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>What lies where in the output folder.</summary>
internal sealed class OutputFiles(DirectoryInfo output)
{
    private const string Pictures = "pictures";

    public string ReportFile => At("report.md");

    public string RealPictureFile => At(RealPicturePath);

    /// <summary>Relative to the report.</summary>
    public static string RealPicturePath => $"{Pictures}/real.png";

    /// <summary>Relative to the report.</summary>
    public static string PicturePath(AblationTable table, Variant variant) => $"{Pictures}/table{table.Number}-{variant.FileName}.png";

    /// <summary>config.json is written last.</summary>
    public static bool HasModel(string modelFolder) => File.Exists(Path.Combine(modelFolder, "config.json"));

    public string PictureFile(AblationTable table, Variant variant) => At(PicturePath(table, variant));

    public string ModelFolder(AblationTable table, Variant variant) => VariantPath(table, variant, "model");

    public string CheckpointFolder(AblationTable table, Variant variant) => VariantPath(table, variant, "checkpoints");

    public VariantResult? ReadResult(AblationTable table, Variant variant) => JsonFile.Read<VariantResult>(VariantPath(table, variant, "result.json"));

    public void WriteResult(AblationTable table, Variant variant, VariantResult result)
        => JsonFile.Write(VariantPath(table, variant, "result.json"), result);

    public Baseline? ReadBaseline() => JsonFile.Read<Baseline>(At("baseline.json"));

    public void WriteBaseline(Baseline baseline) => JsonFile.Write(At("baseline.json"), baseline);

    /// <summary>Speeds at any scale, for their own sake.</summary>
    public SpeedResult? ReadSpeed(AblationTable table) => JsonFile.Read<SpeedResult>(At($"speed-table{table.Number}.json"));

    public void WriteSpeed(AblationTable table, SpeedResult speed) => JsonFile.Write(At($"speed-table{table.Number}.json"), speed);

    /// <summary>Speeds at the scale of the training, which give each variant its steps.</summary>
    public SpeedResult? ReadCalibration(AblationTable table) => JsonFile.Read<SpeedResult>(At($"calibration-table{table.Number}.json"));

    public void WriteCalibration(AblationTable table, SpeedResult speed) => JsonFile.Write(At($"calibration-table{table.Number}.json"), speed);

    /// <summary>The scale of the results in the folder, or null if there are none yet.</summary>
    public Scale? ReadScale() => JsonFile.Read<Scale>(At("scale.json"));

    /// <summary>Makes the folder one for results of this scale.</summary>
    /// <exception cref="InvalidOperationException">It has results of another scale.</exception>
    public void Claim(Scale scale)
    {
        Directory.CreateDirectory(At(Pictures));
        if (ReadScale() is Scale existing && existing != scale)
        {
            throw new InvalidOperationException($"The folder '{output}' has results of another scale, {existing}, not {scale}: use another --output.");
        }

        JsonFile.Write(At("scale.json"), scale);
    }

    private string VariantPath(AblationTable table, Variant variant, string name) => At(Path.Combine($"table{table.Number}", variant.FileName, name));

    private string At(string relativePath) => Path.Combine(output.FullName, relativePath);
}
