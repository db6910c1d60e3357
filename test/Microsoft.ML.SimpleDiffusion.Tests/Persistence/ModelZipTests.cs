using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

[TestClass]
public sealed class ModelZipTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder.File("model.zip");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Zip_that_unpacks_to_as_much_as_allowed_is_taken_and_one_byte_more_refused()
    {
        WriteZip(1_000, 234);

        ModelZip.Check(Model, 1_234);
        var error = Assert.ThrowsExactly<FormatException>(() => ModelZip.Check(Model, 1_233));

        Assert.AreEqual($"The model '{Model}' would unpack to 1234 bytes, where at most 1233 are allowed.", error.Message);
    }

    [TestMethod]
    public void Zip_may_unpack_to_256_megabytes_and_twenty_times_its_length_by_default()
    {
        WriteZip(1);
        long limit = (20 * new FileInfo(Model).Length) + (256L << 20);
        ClaimLength(limit);
        ModelZip.Check(Model, maxBytes: null);
        ClaimLength(limit + 1);

        StringAssert.EndsWith(
            Assert.ThrowsExactly<FormatException>(() => ModelZip.Check(Model, maxBytes: null)).Message, $"would unpack to {limit + 1} bytes, where at most {limit} are allowed.");
    }

    [TestMethod]
    public void File_that_is_no_zip_is_refused_in_a_sentence()
    {
        File.WriteAllText(Model, "no zip at all, but some text that is long enough");

        StringAssert.StartsWith(Assert.ThrowsExactly<FormatException>(() => ModelZip.Check(Model, null)).Message, $"'{Model}' is no model that ML.NET has saved, or is damaged: ");
    }

    [TestMethod]
    public void File_that_is_not_there_is_named()
    {
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => ModelZip.Check(Model, null));

        Assert.AreEqual($"There is no file '{Model}'.", error.Message);
        Assert.AreEqual(Model, error.FileName);
    }

    private void WriteZip(params int[] lengths)
    {
        using var zip = ZipFile.Open(Model, ZipArchiveMode.Create);
        foreach (int length in lengths)
        {
            using var entry = zip.CreateEntry($"{length}").Open();
            entry.Write(new byte[length]);
        }
    }

    /// <summary>The directory at the end of a zip file tells how long each entry is: 24 bytes after the entry's mark.</summary>
    private void ClaimLength(long length)
    {
        byte[] file = File.ReadAllBytes(Model);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(file.AsSpan().IndexOf("PK\u0001\u0002"u8) + 24), (uint)length);
        File.WriteAllBytes(Model, file);
    }
}
