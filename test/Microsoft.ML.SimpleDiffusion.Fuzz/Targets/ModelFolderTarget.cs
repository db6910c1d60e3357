using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Loads a folder with one damaged file.</summary>
internal sealed class ModelFolderTarget : FuzzTarget
{
    private readonly MLContext _context = new(1);
    private readonly TemporaryFolder _folder = new();
    private readonly string _file;

    /// <param name="name">Name of the target.</param>
    /// <param name="file">The damaged file.</param>
    /// <param name="model">The model whose files these are.</param>
    public ModelFolderTarget(string name, string file, TinyModel model)
    {
        Name = name;
        _file = file;
        File.WriteAllBytes(_folder.File("config.json"), model.Configuration);
        File.WriteAllBytes(_folder.File("model.safetensors"), model.Weights);
        Corpus = [File.ReadAllBytes(_folder.File(file))];
    }

    public override string Name { get; }

    public override IReadOnlyList<byte[]> Corpus { get; }

    public override void Read(byte[] input)
    {
        File.WriteAllBytes(_folder.File(_file), input);
        SimpleDiffusionTransformer.LoadFromSafetensors(_context, _folder.Path).Dispose();
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException;

    public override void Repair(byte[] original, byte[] mutated)
    {
        if (_file == "model.safetensors")
        {
            SafetensorsFile.RepairLength(original, mutated);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _folder.Dispose();
        base.Dispose(disposing);
    }
}
