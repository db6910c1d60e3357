using System.Buffers.Binary;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Persistence;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>
/// Finds how an image is to be turned. The codec knows it of JPEG and WebP; it does not look into PNG files, nor into WebP files whose EXIF data begin as those of JPEG do.
/// </summary>
internal static class ExifOrientation
{
    private const ushort OrientationTag = 0x0112;
    private const ushort ShortType = 3;
    private const int EntryLength = 12;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    private static ReadOnlySpan<byte> JpegPrefix => "Exif\0\0"u8;

    /// <summary>Of an image file.</summary>
    /// <param name="codec">Its codec.</param>
    /// <param name="file">The file.</param>
    public static SKEncodedOrigin Of(SKCodec codec, ReadOnlySpan<byte> file) => codec.EncodedOrigin switch
    {
        SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default when codec.EncodedFormat is SKEncodedImageFormat.Png or SKEncodedImageFormat.Webp => OfTiff(FindExif(file)),
        var known => known,
    };

    /// <summary>
    /// Of an image that <c>LoadImages</c> has read: it leaves images as the sensor lay, and their file's path in <see cref="MLImage.Tag"/>, which stays with them through
    /// <c>ResizeImages</c> and the like. An image with height and width exchanged has been turned by somebody already.
    /// </summary>
    public static SKEncodedOrigin Of(MLImage image)
    {
        if (string.IsNullOrEmpty(image.Tag))
        {
            return SKEncodedOrigin.TopLeft;
        }

        try
        {
            byte[] file = Files.ReadAll(image.Tag, ImageDecoder.MaxFileLength);
            using var data = SKData.CreateCopy(file);
            using var codec = SKCodec.Create(data);
            bool isTurned = codec is null || (codec.Info.Width != codec.Info.Height && (image.Width, image.Height) == (codec.Info.Height, codec.Info.Width));
            return isTurned ? SKEncodedOrigin.TopLeft : Of(codec!, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or FormatException)
        {
            // A tag may be anything; this one is no file.
            return SKEncodedOrigin.TopLeft;
        }
    }

    /// <summary>The EXIF data of a PNG or WebP file, from its TIFF header on; empty if there are none. Both are rows of chunks.</summary>
    private static ReadOnlySpan<byte> FindExif(ReadOnlySpan<byte> file)
    {
        bool isPng = file.StartsWith(PngSignature);
        int at = isPng ? PngSignature.Length : 12;
        while (at <= file.Length - 8)
        {
            // PNG: length, type, data, checksum. WebP: type, length, data, and a byte to make the length even.
            uint length = isPng ? BinaryPrimitives.ReadUInt32BigEndian(file[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            var type = file.Slice(isPng ? at + 4 : at, 4);
            var rest = file[(at + 8)..];
            if (length > rest.Length)
            {
                break;
            }

            if (type.SequenceEqual(isPng ? "eXIf"u8 : "EXIF"u8))
            {
                var exif = rest[..(int)length];
                return exif.StartsWith(JpegPrefix) ? exif[JpegPrefix.Length..] : exif;
            }

            long next = at + 8 + length + (isPng ? 4 : length % 2);
            at = (int)Math.Min(next, int.MaxValue);
        }

        return [];
    }

    /// <summary>The orientation in the first directory of a TIFF header.</summary>
    private static SKEncodedOrigin OfTiff(ReadOnlySpan<byte> tiff)
    {
        bool isLittleEndian = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < 8 || (!isLittleEndian && !tiff.StartsWith("MM\0*"u8)))
        {
            return SKEncodedOrigin.TopLeft;
        }

        uint directory = Number(tiff[4..], 4);
        if (directory > tiff.Length - 2)
        {
            return SKEncodedOrigin.TopLeft;
        }

        var entries = tiff[((int)directory + 2)..];
        for (int left = (int)Number(tiff[(int)directory..], 2); left > 0 && entries.Length >= EntryLength; left--, entries = entries[EntryLength..])
        {
            if (Number(entries, 2) == OrientationTag && Number(entries[2..], 2) == ShortType)
            {
                return Number(entries[8..], 2) is var value and >= 1 and <= 8 ? (SKEncodedOrigin)value : SKEncodedOrigin.TopLeft;
            }
        }

        return SKEncodedOrigin.TopLeft;

        uint Number(ReadOnlySpan<byte> bytes, int length) => (isLittleEndian, length) switch
        {
            (true, 2) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (false, 2) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            (true, _) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        };
    }
}
