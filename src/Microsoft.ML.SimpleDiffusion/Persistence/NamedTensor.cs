using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>A tensor under the name it has in files. Does not own the tensor.</summary>
internal readonly record struct NamedTensor(string Name, Tensor Tensor)
{
    /// <summary>Disposes of tensors that were made only to be named, such as views.</summary>
    public static void DisposeAll(IEnumerable<NamedTensor> tensors)
    {
        foreach (var named in tensors)
        {
            named.Tensor.Dispose();
        }
    }
}

/// <summary>The bytes of a tensor, piece by piece, wherever it lives and however large it is.</summary>
internal static class TensorBytes
{
    /// <summary>Numbers per piece: a span cannot be longer than 2 GB, and pieces are copied from and to other devices.</summary>
    private const long PieceLength = 1 << 22;

    public delegate void Piece(Span<byte> bytes);

    /// <summary>Shows all bytes of a contiguous tensor in order. Changes are kept only in tensors on the CPU.</summary>
    public static void Read(Tensor tensor, Piece action) => ForEachPiece(tensor, action, writesBack: false);

    /// <summary>Lets all bytes of a contiguous tensor be overwritten in order.</summary>
    public static void Write(Tensor tensor, Piece action) => ForEachPiece(tensor, action, writesBack: true);

    private static void ForEachPiece(Tensor tensor, Piece action, bool writesBack)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var flat = tensor.detach().view(-1);
        for (long start = 0; start < flat.shape[0]; start += PieceLength)
        {
            using var piece = flat.narrow(0, start, Math.Min(PieceLength, flat.shape[0] - start));
            if (piece.device_type == TorchSharp.DeviceType.CPU)
            {
                action(piece.bytes);
                continue;
            }

            using var copy = piece.cpu();
            action(copy.bytes);
            if (writesBack)
            {
                using var written = piece.copy_(copy);
            }
        }
    }
}
