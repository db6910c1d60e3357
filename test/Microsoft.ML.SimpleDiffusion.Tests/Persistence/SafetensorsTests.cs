using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

[TestClass]
public class SafetensorsTests
{
    [TestMethod]
    public void Written_tensors_are_read_back_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        NamedTensor[] written = [new("a", randn(3, 5)), new("b.weight", randn(2))];
        NamedTensor[] read = [new("b.weight", zeros(2)), new("a", zeros(3, 5))];
        byte[] file = Write(written, new Dictionary<string, string> { ["step"] = "7" });

        var metadata = Read(file, read);

        Assert.AreEqual("7", metadata["step"]);
        CollectionAssert.AreEqual(written[0].Tensor.data<float>().ToArray(), read[1].Tensor.data<float>().ToArray());
        CollectionAssert.AreEqual(written[1].Tensor.data<float>().ToArray(), read[0].Tensor.data<float>().ToArray());
    }

    [TestMethod]
    public void File_of_another_writer_is_read()
    {
        using var value = zeros(2);

        Read(File("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 1f, -2f), [new("w", value)]);

        CollectionAssert.AreEqual(new[] { 1f, -2f }, value.data<float>().ToArray());
    }

    [TestMethod]
    [DataRow("F16", 0x3e00, 0xc100, DisplayName = "F16")]
    [DataRow("BF16", 0x3fc0, 0xc020, DisplayName = "BF16")]
    public void Numbers_of_two_bytes_are_read(string type, int first, int second)
    {
        using var value = zeros(2);
        string header = """{"w":{"dtype":"TYPE","shape":[2],"data_offsets":[0,4]}}""".Replace("TYPE", type, StringComparison.Ordinal);

        Read(File(header, BitConverter.Int32BitsToSingle(first | (second << 16))), [new("w", value)]);

        CollectionAssert.AreEqual(new[] { 1.5f, -2.5f }, value.data<float>().ToArray());
    }

    [TestMethod]
    public void Infinity_in_two_bytes_is_refused()
    {
        using var value = zeros(2);
        byte[] file = File("""{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}""", BitConverter.Int32BitsToSingle(0x7c00));

        var error = Assert.ThrowsExactly<FormatException>(() => Read(file, [new("w", value)]));

        StringAssert.Contains(error.Message, "'w' has numbers that are not finite");
    }

    [TestMethod]
    public void Half_precision_takes_half_the_room_and_is_read_as_rounded()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        NamedTensor[] written = [new("a", randn(300, 50)), new("b", randn(2))];
        NamedTensor[] read = [new("a", zeros(300, 50)), new("b", zeros(2))];
        using var stream = new MemoryStream();

        SafetensorsWriter.Write(stream, written, precision: WeightPrecision.Float16);
        Read(stream.ToArray(), read);

        Assert.IsLessThan(Write(written, null).Length * 0.51, (double)stream.Length);
        CollectionAssert.AreEqual(written[0].Tensor.data<float>().Select(number => (float)(Half)number).ToArray(), read[0].Tensor.data<float>().ToArray());
    }

    [TestMethod]
    public void Largest_number_of_half_precision_is_written_as_it_is()
    {
        using var value = tensor(new[] { 65_504f, -65_504f });
        using var read = zeros(2);
        using var file = new MemoryStream();
        SafetensorsWriter.Write(file, [new("w", value)], precision: WeightPrecision.Float16);

        file.Position = 0;
        SafetensorsReader.Read(file, file.Length, [new("w", read)]);

        CollectionAssert.AreEqual(new[] { 65_504f, -65_504f }, read.data<float>().ToArray());
    }

    [TestMethod]
    public void First_of_the_tensors_that_a_file_lacks_is_named()
    {
        using var value = zeros(1);
        using var file = new MemoryStream();
        SafetensorsWriter.Write(file, []);
        file.Position = 0;

        var error = Assert.ThrowsExactly<FormatException>(() => SafetensorsReader.Read(file, file.Length, [new("b", value), new("a", value), new("c", value)]));

        StringAssert.Contains(error.Message, "lacks the tensor 'a'");
    }

    [TestMethod]
    public void Number_too_large_for_half_precision_is_named()
    {
        using var value = tensor(new[] { 1f, 70_000f });

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => SafetensorsWriter.Write(Stream.Null, [new("w", value)], precision: WeightPrecision.Float16));

        StringAssert.Contains(error.Message, "The weight 'w' has numbers above 65,504");
    }

    [TestMethod]
    [DataRow("""{"w":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}""", "must be F32, F16 or BF16 [2], but is F64 [2]")]
    [DataRow("""{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", "wrong place")]
    [DataRow("""{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""", "BF16 [2], but is F32 [1, 2]")]
    [DataRow("""{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "'v'")]
    [DataRow("""{}""", "lacks the tensor 'w'")]
    [DataRow("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "wrong place")]
    [DataRow("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "wrong place")]
    [DataRow("""{"w":{"dtype":"F32","shape":[2]}}""", "incomplete")]
    [DataRow("""{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "JSON")]
    [DataRow("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "twice")]
    [DataRow("""[1]""", "JSON")]
    [DataRow("""{"w":""", "JSON")]
    public void Header_that_does_not_fit_is_refused(string header, string expected)
    {
        using var value = zeros(2);

        var error = Assert.ThrowsExactly<FormatException>(() => Read(File(header, 1f, 2f), [new("w", value)]));

        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void Surplus_bytes_are_refused()
    {
        using var value = zeros(2);

        Assert.ThrowsExactly<FormatException>(() => Read(File("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 1f, 2f, 3f), [new("w", value)]));
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.NegativeInfinity)]
    public void Numbers_that_are_not_finite_are_refused(float bad)
    {
        using var value = zeros(2);

        var error = Assert.ThrowsExactly<FormatException>(() => Read(File("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 1f, bad), [new("w", value)]));

        StringAssert.Contains(error.Message, "'w'");
    }

    [TestMethod]
    public void Header_longer_than_the_file_is_refused_without_allocating_it()
    {
        using var value = zeros(2);
        var file = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(file, 1UL << 60);

        Assert.ThrowsExactly<FormatException>(() => Read(file, [new("w", value)]));
    }

    [TestMethod]
    public void Every_truncation_and_every_flipped_bit_of_a_file_is_noticed()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        byte[] file = Write([new("w", randn(4))], null);
        for (int length = 0; length < file.Length; length++)
        {
            Assert.ThrowsExactly<FormatException>(() => Read(file[..length], [new("w", zeros(4))]), $"length {length}");
        }

        for (int bit = 0; bit < 8 * file.Length; bit++)
        {
            var damaged = (byte[])file.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            using var value = zeros(4);
            try
            {
                Read(damaged, [new("w", value)]);

                // Only the name of the checksum itself is not covered: then the numbers are those of the file.
                CollectionAssert.AreEqual(Numbers(file), value.data<float>().ToArray(), $"bit {bit}");
            }
            catch (FormatException)
            {
                // The one exception that is promised.
            }
        }
    }

    private static float[] Numbers(byte[] file) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(file.AsSpan(file.Length - 16)).ToArray();

    private static byte[] Write(NamedTensor[] tensors, Dictionary<string, string>? metadata)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static IReadOnlyDictionary<string, string> Read(byte[] file, NamedTensor[] destinations)
    {
        using var stream = new MemoryStream(file);
        return SafetensorsReader.Read(stream, file.Length, destinations);
    }

    private static byte[] File(string header, params float[] numbers)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + (4 * numbers.Length)];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)json.Length);
        json.CopyTo(file, 8);
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(8 + json.Length + (4 * i)), numbers[i]);
        }

        return file;
    }
}
