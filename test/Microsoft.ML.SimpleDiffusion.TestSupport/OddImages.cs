using System.Buffers.Binary;
using System.IO.Compression;

namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>Small image files of kinds that no encoder at hand writes, byte by byte.</summary>
internal static class OddImages
{
    /// <summary>A PNG header that claims a size, and nothing behind it but an empty data chunk.</summary>
    public static byte[] HugePng(int width, int height) => Png(width, height, depth: 8, data: []);

    /// <summary>A PNG with 16 bits per sample.</summary>
    public static byte[] DeepPng(int side, ushort red, ushort green, ushort blue)
    {
        var rows = new byte[side * (1 + (6 * side))];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                // Each row begins with the number of its filter, 0 for none.
                var pixel = rows.AsSpan((y * (1 + (6 * side))) + 1 + (6 * x));
                BinaryPrimitives.WriteUInt16BigEndian(pixel, red);
                BinaryPrimitives.WriteUInt16BigEndian(pixel[2..], green);
                BinaryPrimitives.WriteUInt16BigEndian(pixel[4..], blue);
            }
        }

        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal))
        {
            zlib.Write(rows);
        }

        return Png(side, side, depth: 16, compressed.ToArray());
    }

    /// <summary>A plain JPEG of 8×8 pixels in four inks, each 0 (full) to 255 (none) as Adobe's programs write them.</summary>
    public static byte[] CmykJpeg(byte cyan, byte magenta, byte yellow, byte black)
    {
        // With a quantiser of 8, the first coefficient of a plain block is its value minus 128. Sizes of coefficients are coded in four bits,
        // the end of a block in one.
        var bits = new List<bool>();
        foreach (byte ink in new[] { cyan, magenta, yellow, black })
        {
            int value = ink - 128;
            int size = 32 - int.LeadingZeroCount(Math.Abs(value));
            Append(bits, size, 4);
            Append(bits, value < 0 ? value + (1 << size) - 1 : value, size);
            bits.Add(false);
        }

        while (bits.Count % 8 != 0)
        {
            bits.Add(true);
        }

        byte[] scan = bits.Chunk(8).Select(chunk => (byte)chunk.Aggregate(0, (all, bit) => (all << 1) | (bit ? 1 : 0))).ToArray();
        return
        [
            0xff, 0xd8, 0xff, 0xee, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0,
            0xff, 0xdb, 0, 67, 0, .. Enumerable.Repeat((byte)8, 64),
            0xff, 0xc0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0,
            0xff, 0xc4, 0, 28, 0x00, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8,
            0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0xff, 0xda, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0,
            .. scan.SelectMany(b => b == 0xff ? new byte[] { 0xff, 0 } : [b]),
            0xff, 0xd9,
        ];

        static void Append(List<bool> bits, int value, int count)
        {
            for (int i = count - 1; i >= 0; i--)
            {
                bits.Add(((value >> i) & 1) != 0);
            }
        }
    }

    /// <summary>A GIF of 8×8 pixels whose first frame is red and whose second is blue.</summary>
    public static byte[] AnimatedGif()
        => [.. "GIF89a"u8, 8, 0, 8, 0, 0x81, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 255, 255, 255, 255, .. GifFrame(colour: 1), .. GifFrame(colour: 2), 0x3b];

    /// <summary>EXIF data with nothing but the orientation, as they begin in a TIFF file.</summary>
    public static byte[] Exif(int orientation, bool isLittleEndian = true) => isLittleEndian
        ? [.. "II"u8, 0x2a, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0]
        : [.. "MM"u8, 0, 0x2a, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    /// <summary>A JPEG file with EXIF data behind its start marker.</summary>
    public static byte[] JpegWithExif(byte[] jpeg, byte[] exif) => [.. jpeg[..2], 0xff, 0xe1, 0, (byte)(8 + exif.Length), .. "Exif\0\0"u8, .. exif, .. jpeg[2..]];

    /// <summary>A PNG file with EXIF data behind its header, or before its end.</summary>
    public static byte[] PngWithExif(byte[] png, byte[] exif, bool atTheEnd = false)
    {
        const int HeaderLength = 33, EndLength = 12;
        int at = atTheEnd ? png.Length - EndLength : HeaderLength;
        return [.. png[..at], .. Chunk("eXIf"u8, exif), .. png[at..]];
    }

    /// <summary>A WebP file of the simple kind with EXIF data.</summary>
    public static byte[] WebPWithExif(byte[] webP, int width, int height, byte[] exif)
    {
        byte[] extended = [0x08, 0, 0, 0, (byte)(width - 1), 0, 0, (byte)(height - 1), 0, 0];
        byte[] body = [.. "WEBP"u8, .. RiffChunk("VP8X"u8, extended), .. webP[12..], .. RiffChunk("EXIF"u8, exif)];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(body.Length), .. body];
    }

    private static byte[] RiffChunk(ReadOnlySpan<byte> type, byte[] data) => [.. type, .. BitConverter.GetBytes(data.Length), .. data, .. new byte[data.Length % 2]];

    private static byte[] GifFrame(int colour)
    {
        // Codes of three bits, lowest bit first; clearing the table (4) after every other pixel keeps them from growing.
        var codes = new List<int>();
        for (int i = 0; i < 64; i += 2)
        {
            codes.AddRange([4, colour, colour]);
        }

        codes.Add(5);
        var data = new byte[((3 * codes.Count) + 7) / 8];
        for (int bit = 0; bit < 3 * codes.Count; bit++)
        {
            data[bit / 8] |= (byte)(((codes[bit / 3] >> (bit % 3)) & 1) << (bit % 8));
        }

        return [0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, 8, 0, 8, 0, 0, 2, (byte)data.Length, .. data, 0];
    }

    private static byte[] Png(int width, int height, byte depth, byte[] data)
    {
        byte[] header = [.. BigEndian(width), .. BigEndian(height), depth, 2, 0, 0, 0];
        return [0x89, .. "PNG\r\n"u8, 0x1a, 0x0a, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, data), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        byte[] body = [.. type, .. data];
        return [.. BigEndian(data.Length), .. body, .. BigEndian((int)Crc32(body))];
    }

    private static byte[] BigEndian(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static uint Crc32(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320);
            }
        }

        return ~crc;
    }
}
