using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

[TestClass]
public class AtomicFileTests
{
    [TestMethod]
    public void Full_disk_leaves_the_old_file_whole_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model");
        AtomicFile.Write(path, stream => stream.WriteByte(1));

        Assert.ThrowsExactly<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(2);
            throw new IOException("No space left on device");
        }));

        CollectionAssert.AreEqual(new byte[] { 1 }, File.ReadAllBytes(path));
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
    }
}
