using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Text.Embeddings;

/// <summary>Captions are equal if their tokens are.</summary>
internal sealed class TokenSequences : IEqualityComparer<int[]>
{
    public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(int[] obj)
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes(obj.AsSpan()));
        return hash.ToHashCode();
    }
}
