using Microsoft.ML.SimpleDiffusion.Text.Tokenization;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Reads a damaged SentencePiece model, and a caption with what passes.</summary>
internal sealed class TokenizerTarget : FuzzTarget
{
    public override string Name => "t5-tokenizer";

    public override IReadOnlyList<byte[]> Corpus { get; } = [Fixture.Read("tokenizer.model")];

    public override void Read(byte[] input) => T5Tokenizer.Parse(input, "tokenizer.model").Encode("a red circle above שלום 🎨", maxTokens: 16);

    public override bool IsDeclared(Exception exception) => exception is FormatException;
}
