using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

internal sealed class SafetensorsHeaderTarget : FuzzTarget
{
    public override string Name => "safetensors-header";

    public override IReadOnlyList<byte[]> Corpus { get; } =
    [
        SafetensorsFile.HeaderOf(SafetensorsTarget.ValidFile()),
        [.. "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},\"__metadata__\":{\"k\":\"\\u00e9\"}}"u8],
    ];

    public override void Read(byte[] input) => SafetensorsHeader.Parse(input);

    public override bool IsDeclared(Exception exception) => exception is FormatException;
}
