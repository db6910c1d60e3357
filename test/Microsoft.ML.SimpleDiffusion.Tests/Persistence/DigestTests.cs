using System.Text;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

[TestClass]
public class DigestTests
{
    /// <summary>The example of FIPS 180-2, appendix B.1.</summary>
    private const string OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [TestMethod]
    public void Digest_is_sha_256_in_small_hexadecimal_digits()
    {
        Assert.AreEqual(32, Digest.Length);
        Assert.AreEqual(OfAbc, Digest.HexOf("abc"u8));
        Assert.AreEqual(OfAbc, Convert.ToHexStringLower(Digest.Of("abc")));
        CollectionAssert.AreEqual(Digest.Of("ü"), Convert.FromHexString(Digest.HexOf(Encoding.UTF8.GetBytes("ü"))));
    }

    [TestMethod]
    public void Digest_of_a_stream_is_of_what_it_still_has()
    {
        using var stream = new MemoryStream("xabc"u8.ToArray());
        stream.ReadByte();

        Assert.AreEqual(OfAbc, Digest.HexOf(stream));
    }
}
