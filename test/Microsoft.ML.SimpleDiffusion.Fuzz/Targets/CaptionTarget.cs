using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Captions of any UTF-16 code units, valid or not, must become valid UTF-8 of the length allowed.</summary>
internal sealed class CaptionTarget : FuzzTarget
{
    private const int MaxLength = 24;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public override string Name => "caption";

    public override IReadOnlyList<byte[]> Corpus { get; } = [Encoding.Unicode.GetBytes("a red circle above שלום"), Encoding.Unicode.GetBytes("€ 👩‍🎨😀")];

    public override void Read(byte[] input)
    {
        var caption = MemoryMarshal.Cast<byte, char>(input);
        byte[] bytes = CaptionBytes.Of(caption, MaxLength, out bool isCut);

        // The prefix of the whole caption, less than a character short of the limit if it was cut.
        byte[] all = Encoding.UTF8.GetBytes(new string(caption));
        bool isRight = all.AsSpan().StartsWith(bytes) && isCut == all.Length > MaxLength && bytes.Length <= MaxLength && (isCut ? bytes.Length > MaxLength - 4 : bytes.Length == all.Length);
        if (!isRight || Strict.GetCharCount(bytes) < 0)
        {
            throw new InvalidOperationException($"{Convert.ToHexString(bytes)} is not the beginning of {Convert.ToHexString(all)}.");
        }
    }

    public override bool IsDeclared(Exception exception) => false;
}
