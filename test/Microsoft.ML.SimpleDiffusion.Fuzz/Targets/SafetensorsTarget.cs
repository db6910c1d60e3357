using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Reads a file into three small tensors, and checks it without changing any.</summary>
internal sealed class SafetensorsTarget : FuzzTarget
{
    private readonly IReadOnlyList<NamedTensor> _destinations = Tensors();

    public override string Name => "safetensors";

    public override IReadOnlyList<byte[]> Corpus { get; } = [ValidFile()];

    public static byte[] ValidFile()
    {
        using var stream = new MemoryStream();
        var tensors = Tensors();
        SafetensorsWriter.Write(stream, tensors, new Dictionary<string, string> { ["step"] = "12" });
        NamedTensor.DisposeAll(tensors);
        return stream.ToArray();
    }

    public override void Read(byte[] input)
    {
        using var stream = new MemoryStream(input);
        SafetensorsReader.Read(stream, input.Length, _destinations);
        stream.Position = 0;
        SafetensorsReader.Check(stream, input.Length, _destinations);
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException;

    public override void Repair(byte[] original, byte[] mutated) => SafetensorsFile.RepairLength(original, mutated);

    protected override void Dispose(bool disposing)
    {
        NamedTensor.DisposeAll(_destinations);
        base.Dispose(disposing);
    }

    private static NamedTensor[] Tensors() => [new("a.weight", ones(2, 3)), new("a.bias", ones(3)), new("scalar", ones([]))];
}
