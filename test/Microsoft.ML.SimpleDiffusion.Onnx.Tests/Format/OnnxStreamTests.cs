using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Format;

[TestClass]
public class OnnxStreamTests
{
    private const int TailLength = 100;

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow((1 << 16) - TailLength)]
    [DataRow(1 << 16)]
    [DataRow(3_000_000)]
    public void Digests_are_those_of_the_bytes(int count)
    {
        byte[] file = File(count);
        using var stream = new MemoryStream(file);
        using var walk = new OnnxStream(stream, TailLength);
        int tail = Math.Min(TailLength, file.Length);

        _ = walk.ReadModel();

        Assert.AreEqual(Digest.HexOf(file), walk.Digest);
        Assert.AreEqual(Digest.HexOf(file.AsSpan(0, file.Length - tail)), walk.DigestBeforeTail);
        CollectionAssert.AreEqual(file[^tail..], walk.Tail.ToArray());
    }

    [TestMethod]
    public void Fields_are_those_of_the_message_but_for_the_numbers_of_constants()
    {
        using var stream = new MemoryStream(File(70_000));
        using var walk = new OnnxStream(stream, TailLength);

        var model = walk.ReadModel();

        Assert.AreEqual(8, model[0].Number);
        var graph = model[1].Message;
        Assert.AreEqual("a graph", graph[0].Text);
        var constant = graph[1].Message;
        Assert.AreEqual("weight", constant[0].Text);
        Assert.AreEqual(70_000, constant[1].Length);
        Assert.AreEqual("behind", constant[2].Text);
        Assert.AreEqual("the end", model[2].Text);
    }

    [TestMethod]
    public void Numbers_of_constants_take_no_memory()
    {
        using var stream = new MemoryStream(File(20_000_000));
        using var walk = new OnnxStream(stream, TailLength);
        long before = GC.GetAllocatedBytesForCurrentThread();

        _ = walk.ReadModel();

        Assert.IsLessThan(1 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    [DataRow(new byte[] { 0x08 }, "it ends too early", DisplayName = "tag alone")]
    [DataRow(new byte[] { 0x08, 0x80 }, "it ends too early", DisplayName = "half a number")]
    [DataRow(new byte[] { 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 }, "a number does not end", DisplayName = "long number")]
    [DataRow(new byte[] { 0x12, 0x05, 0x41 }, "it ends too early", DisplayName = "short text")]
    [DataRow(new byte[] { 0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 }, "it ends too early", DisplayName = "negative length")]
    [DataRow(new byte[] { 0x3a, 0x02, 0x12, 0x05 }, "it ends too early", DisplayName = "text beyond its graph")]
    [DataRow(new byte[] { 0x0d, 0x01 }, "it ends too early", DisplayName = "short fixed number")]
    [DataRow(new byte[] { 0x00, 0x01 }, "it has a field 0", DisplayName = "field 0")]
    [DataRow(new byte[] { 0x0b }, "field 1 is of a kind that ONNX does not have", DisplayName = "group")]
    public void Damage_is_said(byte[] file, string how)
    {
        using var stream = new MemoryStream(file);
        using var walk = new OnnxStream(stream, TailLength);

        var error = Assert.ThrowsExactly<FormatException>(walk.ReadModel);

        Assert.StartsWith("The ONNX file is damaged", error.Message);
        Assert.Contains(how, error.Message);
    }

    [TestMethod]
    public void File_that_becomes_shorter_while_it_is_read_is_damaged()
    {
        using var stream = new MemoryStream(File(1000));
        using var walk = new OnnxStream(stream, TailLength);
        stream.SetLength(500);

        var error = Assert.ThrowsExactly<FormatException>(walk.ReadModel);

        Assert.Contains("it ends too early", error.Message);
    }

    private static byte[] File(int count)
    {
        var constant = new OnnxMessage().Add(Fields.TensorName, "weight").Add(Fields.TensorRawData, count, () => [.. Enumerable.Range(0, count).Select(i => (byte)i)]).Add(Fields.TensorName, "behind");
        var graph = new OnnxMessage().Add(Fields.GraphName, "a graph").Add(Fields.GraphInitializer, constant);
        return OnnxEdit.ToBytes(new OnnxMessage().Add(Fields.ModelIrVersion, 8).Add(Fields.ModelGraph, graph).Add(Fields.ModelDocString, "the end"));
    }
}
