namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>What one image is asked to show: a class, a text, embeddings of a text, or nothing in particular.</summary>
internal readonly struct RowCondition
{
    private RowCondition(int? classIndex, byte[]? text, float[]? embeddings) => (ClassIndex, Text, Embeddings) = (classIndex, text, embeddings);

    /// <summary>Nothing in particular.</summary>
    public static RowCondition None => default;

    /// <summary>Whether nothing in particular is asked for.</summary>
    public bool IsNone => ClassIndex is null && Text is null && Embeddings is null;

    /// <summary>Class, 0-based; null for none.</summary>
    public int? ClassIndex { get; }

    /// <summary>UTF-8 bytes of the text, at least one; null for none.</summary>
    public byte[]? Text { get; }

    /// <summary>Embeddings of the text, token after token, at least one, padding left out; null for none.</summary>
    public float[]? Embeddings { get; }

    /// <summary>Whether the text was too long and is given only in part.</summary>
    public bool IsCut { get; private init; }

    public static RowCondition OfClass(int index) => new(index, null, null);

    /// <param name="utf8">UTF-8 bytes; empty for no text.</param>
    /// <param name="isCut">Whether the text was too long and these are only a part of it.</param>
    public static RowCondition OfText(byte[] utf8, bool isCut = false) => utf8.Length == 0 ? None : new(null, utf8, null) { IsCut = isCut };

    /// <param name="embeddings">Token after token, without padding; empty for no text.</param>
    public static RowCondition OfEmbeddings(float[] embeddings) => embeddings.Length == 0 ? None : new(null, null, embeddings);

    /// <summary>Whether two rows ask for the same.</summary>
    public static bool AreSame(RowCondition a, RowCondition b)
        => a.ClassIndex == b.ClassIndex && a.Text.AsSpan().SequenceEqual(b.Text) && a.Embeddings.AsSpan().SequenceEqual(b.Embeddings);
}
