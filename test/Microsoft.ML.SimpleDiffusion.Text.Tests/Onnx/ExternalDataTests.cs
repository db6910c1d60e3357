using System.Text;
using Microsoft.ML.SimpleDiffusion.Text.Onnx;
using Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Onnx;

[TestClass]
public class ExternalDataTests
{
    [TestMethod]
    public void Files_of_external_data_are_found()
    {
        CollectionAssert.AreEqual((string[])["external.onnx_data"], Find(File.ReadAllBytes(Fixture.File("external.onnx"))));
        Assert.IsEmpty(Find(File.ReadAllBytes(Fixture.File("t5.onnx"))));
        CollectionAssert.AreEqual((string[])["a", "b"], Find([.. Model("a"), .. Model("b"), .. Model("a")]));
    }

    [TestMethod]
    [DataRow("../weights")]
    [DataRow("/etc/passwd")]
    [DataRow("C:\\weights")]
    [DataRow("C:weights")]
    [DataRow("sub/weights")]
    [DataRow("..")]
    [DataRow(".")]
    [DataRow("")]
    [DataRow("a\0b")]
    public void External_data_in_another_folder_is_refused(string name)
    {
        var error = Assert.ThrowsExactly<FormatException>(() => Find(Model(name)));
        Assert.Contains("external data must lie in the same folder", error.Message);
    }

    [TestMethod]
    public void Damaged_files_are_refused_or_harmless()
    {
        byte[] file = File.ReadAllBytes(Fixture.File("external.onnx"));
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = (byte[])file.Clone();
            damaged[random.Next(file.Length)] = (byte)random.Next(256);
            try
            {
                Find(damaged[..random.Next(file.Length + 1)]);
            }
            catch (FormatException)
            {
                // Declared.
            }
        }
    }

    private static string[] Find(byte[] model)
    {
        using var stream = new MemoryStream(model);
        return [.. ExternalData.FindFiles(stream)];
    }

    /// <summary>ModelProto { graph (7) { initializer (5) { external_data (13) { key (1): "location", value (2): name } } } }, as protobuf is on the wire.</summary>
    private static byte[] Model(string name) => Field(7, Field(5, Field(13, [.. Field(1, "location"u8.ToArray()), .. Field(2, Encoding.UTF8.GetBytes(name))])));

    private static byte[] Field(int number, byte[] content) => [(byte)((number << 3) | 2), (byte)content.Length, .. content];
}
