using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Data;

/// <summary>By what data is known again: its images as they are decoded for the model, and what they show, row by row.</summary>
/// <param name="Count">Number of images.</param>
/// <param name="Images">SHA-256 of all images in their order, hexadecimal.</param>
/// <param name="Conditions">SHA-256 of all they show in the same order, hexadecimal. Of classes it takes the labels, wherever they stand among the classes.</param>
/// <param name="Rows">A digest of the rows in no order, hexadecimal.</param>
internal sealed record DataDigest(int Count, string Images, string Conditions, string Rows)
{
    /// <summary>What makes data another than this, as a clause, or null if nothing does. The order counts: it is what batches are drawn by.</summary>
    /// <param name="now">The data at hand.</param>
    public string? FindDifference(DataDigest now)
    {
        if (Count != now.Count)
        {
            return $"it had {Count} images and now has {now.Count}";
        }

        if (Images == now.Images && Conditions == now.Conditions)
        {
            return null;
        }

        return Rows == now.Rows ? "its rows come in another order, and batches go by it"
            : Images == now.Images ? "its images show something else"
            : Conditions == now.Conditions ? "its images are not the same"
            : "neither its images nor what they show are the same";
    }
}

/// <summary>Makes the digest of data while it is read.</summary>
/// <param name="condition">What the images are conditioned on.</param>
internal sealed class DataDigestBuilder(ConditionDescription condition) : IDisposable
{
    private readonly IncrementalHash _images = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _conditions = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private UInt128 _rows;
    private int _count;

    /// <summary>Digest of an image. The work is here, and may be done on any thread.</summary>
    public static byte[] Of(PlanarImage image)
    {
        byte[] digest = image.Format.IsBytes ? SHA256.HashData(image.Pixels) : OfRange(image);

        // A portrait on its side and a landscape may have the same bytes.
        digest[0] ^= image.IsPortrait ? byte.MaxValue : byte.MinValue;
        return digest;
    }

    /// <summary>Adds the next row.</summary>
    /// <param name="image">Digest of its image.</param>
    /// <param name="row">What it shows.</param>
    public void Add(byte[] image, RowCondition row)
    {
        byte[] shown = SHA256.HashData(Bytes(row));
        _images.AppendData(image);
        _conditions.AppendData(shown);
        _rows += BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData([.. image, .. shown]));
        _count++;
    }

    /// <summary>The digest of all that has been added.</summary>
    public DataDigest Finish() => new(_count, Hex(_images), Hex(_conditions), _rows.ToString("x32", System.Globalization.CultureInfo.InvariantCulture));

    public void Dispose()
    {
        _images.Dispose();
        _conditions.Dispose();
    }

    /// <summary>The same numbers are another image to the network where their range is another.</summary>
    private static byte[] OfRange(PlanarImage image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(image.Pixels);
        hash.AppendData(MemoryMarshal.AsBytes<float>([image.Format.Minimum, image.Format.Maximum]));
        return hash.GetHashAndReset();
    }

    private static string Hex(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());

    /// <summary>The kind comes first, so that a class is no caption of the same text.</summary>
    private byte[] Bytes(RowCondition row) => row switch
    {
        { ClassIndex: int index } => [1, .. Encoding.UTF8.GetBytes(condition.ClassLabels[index])],
        { Text: byte[] text } => [2, .. text],
        { Embeddings: float[] values } => [3, .. MemoryMarshal.AsBytes<float>(values)],
        _ => [0],
    };
}
