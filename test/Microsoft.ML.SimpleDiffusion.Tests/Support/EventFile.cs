using System.Buffers.Binary;
using System.Numerics;
using Tensorboard;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>Reads TensorBoard's event files: TFRecords (length, its CRC, data, their CRC; CRC-32C, rotated and shifted) of protobuf messages.</summary>
internal static class EventFile
{
    public static List<Event> Read(string path)
    {
        var events = new List<Event>();
        for (ReadOnlySpan<byte> rest = File.ReadAllBytes(path); !rest.IsEmpty;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
            var data = rest.Slice(12, length);
            Assert.AreEqual(MaskedCrc(rest[..8]), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]), "CRC of the length");
            Assert.AreEqual(MaskedCrc(data), BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]), "CRC of the data");
            events.Add(Event.Parser.ParseFrom(data.ToArray()));
            rest = rest[(16 + length)..];
        }

        return events;
    }

    private static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }
}
