using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Looks for a version in a library. Malformed libraries give false, and no exception at all.</summary>
internal sealed class ElfTarget : FuzzTarget
{
    public override string Name => "elf";

    public override IReadOnlyList<byte[]> Corpus { get; } = [TinyElf.Create()];

    public override void Read(byte[] input) => ElfVersionNeeds.TryMakeWeak(input, "B_2");

    public override bool IsDeclared(Exception exception) => false;
}
