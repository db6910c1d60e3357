using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tool.Commands;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Reads a damaged file of options.</summary>
internal sealed class ToolOptionsTarget : FuzzTarget
{
    private readonly TemporaryFolder _folder = new();

    public override string Name => "tool-options";

    public override IReadOnlyList<byte[]> Corpus { get; } =
    [
        [.. """{ "Training": { "Steps": 7, "LearningRate": 0.001 }, "Network": { "BlocksPerLevel": [1, 2], "Architecture": "UNet" }, "Seed": null /* any */ }"""u8],
        [.. """{ "sampling": { "guidanceScale": 2.5, "sampler": "Ddim" }, "training": { "randomHorizontalFlip": true } }"""u8],
    ];

    public override void Read(byte[] input)
    {
        File.WriteAllBytes(_folder.File("options.json"), input);
        OptionSettings.SetFromFile(new SimpleDiffusionOptions(), new FileInfo(_folder.File("options.json")));
    }

    public override bool IsDeclared(Exception exception) => exception is UsageException;

    protected override void Dispose(bool disposing)
    {
        _folder.Dispose();
        base.Dispose(disposing);
    }
}
