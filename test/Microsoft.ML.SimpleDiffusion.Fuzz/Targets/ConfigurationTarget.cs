using System.Text;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

internal sealed class ConfigurationTarget : FuzzTarget
{
    public override string Name => "configuration";

    public override IReadOnlyList<byte[]> Corpus { get; } = [TinyModel.Shared.Configuration];

    public override void Read(byte[] input) => ModelConfigurationJson.Parse(Encoding.UTF8.GetString(input));

    public override bool IsDeclared(Exception exception) => exception is FormatException;
}
