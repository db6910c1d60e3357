using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

[TestClass]
public class LatchedStreamTests
{
    [TestMethod]
    public void First_failure_is_thrown_again_however_it_was_swallowed()
    {
        foreach (var act in new Action<Stream>[] { stream => stream.Write([1]), stream => stream.Write([1], 0, 1), stream => stream.Flush(), stream => stream.SetLength(3) })
        {
            using var latched = new LatchedStream(new Failing());
            latched.ThrowIfFailed();

            Assert.AreEqual("failure 1", Assert.ThrowsExactly<IOException>(() => act(latched)).Message);
            Assert.AreEqual("failure 2", Assert.ThrowsExactly<IOException>(() => act(latched)).Message);
            Assert.AreEqual("failure 1", Assert.ThrowsExactly<IOException>(latched.ThrowIfFailed).Message);
        }
    }

    [TestMethod]
    public void Everything_else_is_the_stream_within()
    {
        using var inner = new MemoryStream();
        using var latched = new LatchedStream(inner);
        latched.Write([1, 2, 3, 4], 1, 3);
        latched.Position = 1;
        var read = new byte[3];

        Assert.AreEqual((true, true, true, 3L, 1L), (latched.CanRead, latched.CanSeek, latched.CanWrite, latched.Length, latched.Position));
        Assert.AreEqual(2, latched.Read(read, 1, 2));
        CollectionAssert.AreEqual(new byte[] { 0, 3, 4 }, read);
        Assert.AreEqual(2L, latched.Seek(-1, SeekOrigin.End));
        latched.SetLength(1);
        Assert.AreEqual(1L, inner.Length);
        latched.ThrowIfFailed();
    }

    private sealed class Failing : MemoryStream
    {
        private int _failures;

        public override void Flush() => throw Failure();

        public override void SetLength(long value) => throw Failure();

        public override void Write(ReadOnlySpan<byte> buffer) => throw Failure();

        private IOException Failure() => new($"failure {++_failures}");
    }
}
