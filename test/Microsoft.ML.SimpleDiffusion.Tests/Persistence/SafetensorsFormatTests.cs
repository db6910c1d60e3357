using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

/// <summary>The bytes of the format, and each sentence about files that break it.</summary>
[TestClass]
public class SafetensorsFormatTests
{
    private const string Damaged = "The safetensors file is damaged: ";
    private const string NoJson = "The header of the safetensors file is damaged: it is not the JSON it must be.";

    [TestMethod]
    public void Header_has_metadata_in_order_and_each_tensor_with_type_shape_and_place()
    {
        byte[] header = SafetensorsHeader.Write([new("b", "F32", [2, 3], 0, 24), new("a", "F32", [], 24, 28)], new Dictionary<string, string> { ["z"] = "1", ["A"] = "2" });

        Assert.AreEqual(
            """{"__metadata__":{"A":"2","z":"1"},"b":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"a":{"dtype":"F32","shape":[],"data_offsets":[24,28]}}""",
            Encoding.UTF8.GetString(header));
    }

    [TestMethod]
    public void Header_is_read_with_its_metadata_and_in_its_order()
    {
        var header = SafetensorsHeader.Parse(
            """{"b":{"data_offsets":[0,24],"shape":[2,3],"dtype":"F32"},"__metadata__":{"k":"v"},"a":{"dtype":"I8","shape":[0],"data_offsets":[24,24]}}"""u8);

        Assert.AreEqual(("v", 1), (header.Metadata["k"], header.Metadata.Count));
        Assert.AreEqual(("b", "F32", 0L, 24L), (header.Entries[0].Name, header.Entries[0].DataType, header.Entries[0].Begin, header.Entries[0].End));
        Assert.AreEqual(("a", "I8", 24L, 24L), (header.Entries[1].Name, header.Entries[1].DataType, header.Entries[1].Begin, header.Entries[1].End));
        CollectionAssert.AreEqual(new long[] { 2, 3 }, header.Entries[0].Shape);
        CollectionAssert.AreEqual(new long[] { 0 }, header.Entries[1].Shape);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("{")]
    [DataRow("{}{}")]
    [DataRow("{} 1")]
    [DataRow("[]")]
    [DataRow("""{"w":[]}""")]
    [DataRow("""{"__metadata__":1}""")]
    [DataRow("""{"__metadata__":{"k":1}}""")]
    [DataRow("""{"__metadata__":{"k":null}}""")]
    [DataRow("""{"w":{"dtype":1,"shape":[],"data_offsets":[0,4]}}""")]
    [DataRow("""{"w":{"dtype":"F32","shape":3,"data_offsets":[0,4]}}""")]
    [DataRow("""{"w":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""")]
    [DataRow("""{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""")]
    [DataRow("""{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""")]
    [DataRow("""{"w":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""")]
    [DataRow("""{"w":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}""")]
    [DataRow("""{"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    [DataRow("""{"w":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}""")]
    [DataRow("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}}""")]
    [DataRow("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""")]
    public void Header_that_is_not_the_json_it_must_be_is_refused(string header)
        => Assert.AreEqual(NoJson, Assert.ThrowsExactly<FormatException>(() => SafetensorsHeader.Parse(Encoding.UTF8.GetBytes(header))).Message);

    [TestMethod]
    [DataRow("""{"w":{"shape":[1],"data_offsets":[0,4]}}""", "the entry 'w' is incomplete.")]
    [DataRow("""{"w":{"dtype":"F32","data_offsets":[0,4]}}""", "the entry 'w' is incomplete.")]
    [DataRow("""{"w":{"dtype":"F32","shape":[1]}}""", "the entry 'w' is incomplete.")]
    [DataRow("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "the entry 'w' is incomplete.")]
    [DataRow("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "the entry 'w' is incomplete.")]
    [DataRow("""{"__metadata__":{},"__metadata__":{}}""", "'__metadata__' occurs twice.")]
    public void Entry_that_lacks_something_or_comes_twice_is_named(string header, string expected)
        => Assert.AreEqual(
            "The header of the safetensors file is damaged: " + expected, Assert.ThrowsExactly<FormatException>(() => SafetensorsHeader.Parse(Encoding.UTF8.GetBytes(header))).Message);

    [TestMethod]
    public void File_begins_with_the_length_of_its_header_which_is_filled_up_with_spaces_to_eight_bytes()
    {
        using var scope = NewDisposeScope();
        foreach (string name in new[] { "w", "ww", "www", "wwww", "wwwww", "wwwwww", "wwwwwww", "wwwwwwww" })
        {
            byte[] file = Written([new(name, ones(1))], out string checksum);
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
            string header = Encoding.UTF8.GetString(file, 8, length);

            Assert.AreEqual(0, length % 8, name);
            Assert.IsLessThan(8, length - header.TrimEnd(' ').Length, name);
            Assert.AreEqual(8 + length + 4, file.Length, name);
            Assert.AreEqual(1f, BitConverter.ToSingle(file, file.Length - 4), name);
            Assert.AreEqual(Digest.HexOf(file.AsSpan(file.Length - 4)), checksum, name);
            Assert.AreEqual(checksum, SafetensorsHeader.Parse(file.AsSpan(8, length)).Metadata["sha256"], name);
        }
    }

    [TestMethod]
    public void Numbers_of_other_types_are_not_written()
    {
        using var tensor = zeros(2, dtype: ScalarType.Float64);
        var error = Assert.ThrowsExactly<ArgumentException>(() => Written([new("w", tensor)], out _));

        StringAssert.StartsWith(error.Message, "The tensor 'w' is Float64, but only float32 is written.");
        Assert.AreEqual("tensors", error.ParamName);
    }

    [TestMethod]
    public void File_of_several_tensors_in_any_order_is_checked_and_left_where_it_is()
    {
        using var scope = NewDisposeScope();
        byte[] file = Written([new("b", arange(6, dtype: ScalarType.Float32).view(2, 3)), new("a", ones(1))], out string checksum);
        NamedTensor[] expected = [new("a", zeros(1)), new("b", zeros(2, 3))];

        var metadata = SafetensorsReader.Check(new MemoryStream(file), file.Length, expected);

        Assert.AreEqual(checksum, metadata["sha256"]);
        Assert.AreEqual(0f, expected[0].Tensor.item<float>());
        Assert.AreEqual(0f, expected[1].Tensor.sum().item<float>());
        Assert.AreEqual(checksum, SafetensorsReader.ReadMetadata(new MemoryStream(file), file.Length)["sha256"]);
        SafetensorsReader.Read(new MemoryStream(file), file.Length, expected);
        Assert.AreEqual(15f, expected[1].Tensor.sum().item<float>());
    }

    [TestMethod]
    [DataRow("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"v":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 3, "The safetensors file has the tensor 'v', which this model does not have.")]
    [DataRow("""{"w":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}""", 2, "The tensor 'w' must be F32, F16 or BF16 [2], but is F64 [2].")]
    [DataRow("""{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""", 2, "The tensor 'w' must be F32, F16 or BF16 [2], but is F32 [1, 2].")]
    [DataRow("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}""", 3, Damaged + "the tensor 'w' lies at the wrong place.")]
    [DataRow("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}}""", 3, Damaged + "the tensor 'w' lies at the wrong place.")]
    [DataRow("{}", 0, "The safetensors file lacks the tensor 'w'.")]
    [DataRow("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 3, Damaged + "it has 12 bytes of numbers where 8 belong.")]
    [DataRow("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 1, Damaged + "it has 4 bytes of numbers where 8 belong.")]
    [DataRow("""{"__metadata__":{"sha256":"0"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 2, Damaged + "its checksum is wrong.")]
    public void File_that_does_not_fit_is_refused_in_a_sentence(string header, int numbers, string expected)
    {
        using var value = zeros(2);
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. new byte[4 * numbers]];

        Assert.AreEqual(expected, Assert.ThrowsExactly<FormatException>(() => SafetensorsReader.Read(new MemoryStream(file), file.Length, [new("w", value)])).Message);
    }

    [TestMethod]
    [DataRow(100_000_001UL, 200_000_000L, "it claims a header of 100000001 bytes.")]
    [DataRow(9UL, 16L, "it claims a header of 9 bytes.")]
    [DataRow(8UL, 16L, "it is too short.")]
    public void Header_longer_than_the_format_or_the_file_has_is_refused(ulong claimed, long length, string expected)
        => Assert.AreEqual(
            Damaged + expected, Assert.ThrowsExactly<FormatException>(() => SafetensorsReader.ReadMetadata(new MemoryStream(BitConverter.GetBytes(claimed)), length)).Message);

    [TestMethod]
    public void Numbers_that_are_not_finite_are_named()
    {
        using var value = zeros(1);
        byte[] file = Written([new("w", tensor(float.PositiveInfinity).view(1))], out _);

        Assert.AreEqual(
            "The tensor 'w' has numbers that are not finite.", Assert.ThrowsExactly<FormatException>(() => SafetensorsReader.Read(new MemoryStream(file), file.Length, [new("w", value)])).Message);
    }

    private static byte[] Written(NamedTensor[] tensors, out string checksum)
    {
        using var stream = new MemoryStream();
        checksum = SafetensorsWriter.Write(stream, tensors);
        return stream.ToArray();
    }
}
