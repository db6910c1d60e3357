using Microsoft.ML.SimpleDiffusion.Onnx;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using Microsoft.ML.SimpleDiffusion.Onnx.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Looks at an exported model as it is done before ONNX Runtime sees it. The checksum is always right, as that of someone who means harm would be.</summary>
internal sealed class OnnxTarget : FuzzTarget
{
    public override string Name => "onnx";

    public override IReadOnlyList<byte[]> Corpus { get; } = [Export(new OnnxExportOptions()), Export(new OnnxExportOptions { ExternalDataFromBytes = 1 })];

    public override void Read(byte[] input)
    {
        using var stream = new MemoryStream(input);
        var contents = OnnxReader.Read(stream);
        _ = ModelCheck.CheckDenoiser(contents);
        ModelCheck.CheckExternalData(contents, "model.onnx.data", length: 1 << 20);
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException;

    public override void Repair(byte[] original, byte[] mutated) => OnnxWriter.Reseal(mutated);

    private static byte[] Export(OnnxExportOptions options)
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        using var model = context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(context));
        model.SaveAsOnnx(folder.File("model.onnx"), options);
        return File.ReadAllBytes(folder.File("model.onnx"));
    }
}
