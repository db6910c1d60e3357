namespace Ablations;

/// <summary>What lies where in the output folder.</summary>
internal sealed class OutputFiles(DirectoryInfo output)
{
    private const string Pictures = "pictures";

    public string ReportFile => At("report.md");

    public string RealPictureFile => At(RealPicturePath);

    /// <summary>Relative to the report.</summary>
    public static string RealPicturePath => $"{Pictures}/real.jpg";

    /// <summary>Relative to the report.</summary>
    public static string PicturePath(AblationTable table, Variant variant) => $"{Pictures}/table{table.Number}-{variant.FileName}.jpg";

    /// <summary>config.json is written last.</summary>
    public static bool HasModel(string modelFolder) => File.Exists(Path.Combine(modelFolder, "config.json"));

    public string PictureFile(AblationTable table, Variant variant) => At(PicturePath(table, variant));

    public string ModelFolder(AblationTable table, Variant variant) => VariantPath(table, variant, "model");

    public string CheckpointFolder(AblationTable table, Variant variant) => VariantPath(table, variant, "checkpoints");

    public VariantResult? ReadResult(AblationTable table, Variant variant) => WholeFile.ReadJson<VariantResult>(VariantPath(table, variant, "result.json"));

    public void WriteResult(AblationTable table, Variant variant, VariantResult result)
        => WholeFile.WriteJson(VariantPath(table, variant, "result.json"), result);

    public Baseline? ReadBaseline() => WholeFile.ReadJson<Baseline>(At("baseline.json"));

    public void WriteBaseline(Baseline baseline) => WholeFile.WriteJson(At("baseline.json"), baseline);

    /// <summary>Speeds at any scale, for their own sake.</summary>
    public SpeedResult? ReadSpeed(AblationTable table) => WholeFile.ReadJson<SpeedResult>(At($"speed-table{table.Number}.json"));

    public void WriteSpeed(AblationTable table, SpeedResult speed) => WholeFile.WriteJson(At($"speed-table{table.Number}.json"), speed);

    /// <summary>Speeds at the scale of the training, which give each variant its steps.</summary>
    public SpeedResult? ReadCalibration(AblationTable table) => WholeFile.ReadJson<SpeedResult>(At($"calibration-table{table.Number}.json"));

    public void WriteCalibration(AblationTable table, SpeedResult speed) => WholeFile.WriteJson(At($"calibration-table{table.Number}.json"), speed);

    /// <summary>The scale of the results in the folder, or null if there are none yet.</summary>
    public Scale? ReadScale() => WholeFile.ReadJson<Scale>(At("scale.json"));

    /// <summary>Makes the folder one for results of this scale.</summary>
    /// <exception cref="InvalidOperationException">It has results of another scale.</exception>
    public void Claim(Scale scale)
    {
        Directory.CreateDirectory(At(Pictures));
        if (ReadScale() is Scale existing && existing != scale)
        {
            throw new InvalidOperationException($"The folder '{output}' has results of another scale, {existing}, not {scale}: use another --output.");
        }

        WholeFile.WriteJson(At("scale.json"), scale);
    }

    private string VariantPath(AblationTable table, Variant variant, string name) => At(Path.Combine($"table{table.Number}", variant.FileName, name));

    private string At(string relativePath) => Path.Combine(output.FullName, relativePath);
}
