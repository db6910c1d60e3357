using Microsoft.ML.SimpleDiffusion.Data.Conditions;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Conditions;

/// <summary>Byte sequences from the Unicode Standard, table 3-6, and RFC 3629.</summary>
[TestClass]
public class CaptionBytesTests
{
    [TestMethod]
    [DataRow("a red circle", "612072656420636972636C65", DisplayName = "ASCII")]
    [DataRow("aé€😀", "61C3A9E282ACF09F9880", DisplayName = "one to four bytes")]
    [DataRow("שלום", "D7A9D79CD795D79D", DisplayName = "right to left")]
    [DataRow("👩‍🎨", "F09F91A9E2808DF09F8EA8", DisplayName = "joined emoji")]
    [DataRow("", "", DisplayName = "empty")]
    public void Captions_are_their_bytes_of_utf8(string caption, string expected)
    {
        byte[] bytes = CaptionBytes.Of(caption, 128, out bool isCut);

        Assert.AreEqual(expected, Convert.ToHexString(bytes));
        Assert.IsFalse(isCut);
    }

    /// <summary>Not as data rows: attributes cannot hold such strings.</summary>
    [TestMethod]
    public void Surrogate_without_its_partner_becomes_the_replacement_character()
    {
        Assert.AreEqual("61EFBFBD62", Convert.ToHexString(CaptionBytes.Of("a\uD83Db", 128, out _)));
        Assert.AreEqual("EFBFBDEFBFBD", Convert.ToHexString(CaptionBytes.Of("\uDE00\uD83D", 128, out _)));
        Assert.AreEqual("61626364", Convert.ToHexString(CaptionBytes.Of("abcd\uD83D", 4, out _)));
    }

    [TestMethod]
    [DataRow("abcd", 4, "abcd", false)]
    [DataRow("abcde", 4, "abcd", true)]
    [DataRow("ab€", 5, "ab€", false)]
    [DataRow("abc€", 5, "abc", true)]
    [DataRow("abc😀", 6, "abc", true)]
    [DataRow("abcd😀", 4, "abcd", true)]
    [DataRow("😀😀", 4, "😀", true)]
    public void Long_captions_are_cut_at_the_end_of_a_character(string caption, int maxLength, string expected, bool expectedCut)
    {
        byte[] bytes = CaptionBytes.Of(caption, maxLength, out bool isCut);

        Assert.AreEqual(expected, System.Text.Encoding.UTF8.GetString(bytes));
        Assert.AreEqual(expectedCut, isCut);
    }

    [TestMethod]
    public void Caption_of_any_length_is_cut()
        => Assert.HasCount(128, CaptionBytes.Of(new string('x', 10_000_000), 128, out _));
}
