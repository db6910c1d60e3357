using Microsoft.ML.SimpleDiffusion.Data.Conditions;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Conditions;

/// <summary>The tests run with InvariantGlobalization, in which <see cref="string.Normalize()"/> leaves texts as they are.</summary>
[TestClass]
public class LabelComparerTests
{
    [TestMethod]
    [DataRow("caf\u00e9", "cafe\u0301", DisplayName = "é")]
    [DataRow("\u1ec7", "e\u0323\u0302", DisplayName = "two marks")]
    [DataRow("\u1ec7", "e\u0302\u0323", DisplayName = "two marks in another order")]
    [DataRow("\u1ec7", "\u1eb9\u0302", DisplayName = "half composed")]
    [DataRow("\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af", DisplayName = "Hangul")]
    [DataRow("\uac00", "\u1100\u1161", DisplayName = "Hangul without tail")]
    [DataRow("\u212b", "\u00c5", DisplayName = "Angstrom")]
    [DataRow("\u2126", "\u03a9", DisplayName = "Ohm")]
    [DataRow("\u304c", "\u304b\u3099", DisplayName = "Kana")]
    [DataRow("\ud834\udd5e", "\ud834\udd57\ud834\udd65", DisplayName = "beyond the first plane")]
    public void Spellings_of_one_text_are_one(string composed, string decomposed)
    {
        Assert.IsTrue(LabelComparer.Instance.Equals(composed, decomposed));
        Assert.AreEqual(LabelComparer.Instance.GetHashCode(composed), LabelComparer.Instance.GetHashCode(decomposed));
        Assert.AreEqual(0, LabelComparer.Instance.Compare(composed, decomposed));
    }

    [TestMethod]
    [DataRow("e", "\u00e9")]
    [DataRow("a", "A")]
    [DataRow("a", "a ")]
    [DataRow("\ufb01", "fi")]
    [DataRow("\u00b2", "2")]
    [DataRow("e\u0302\u0301", "e\u0301\u0302")]
    public void Texts_that_are_not_the_same_are_not_one(string a, string b) => Assert.IsFalse(LabelComparer.Instance.Equals(a, b));

    [TestMethod]
    public void Half_a_surrogate_pair_stays_as_it_is() => Assert.AreEqual("e\u0301\ud800\u0301", CanonicalDecomposition.Of("\u00e9\ud800\u0301"));

    [TestMethod]
    public void First_spelling_of_a_label_is_kept() => CollectionAssert.AreEqual(new[] { "é", "b" }, ClassLabels.Distinct(["é", "b", "e\u0301", "b"]));

    [TestMethod]
    [DataRow(new[] { "3", "-1", "007" }, true)]
    [DataRow(new[] { "3", "03" }, false)]
    [DataRow(new[] { "1", "two" }, false)]
    [DataRow(new[] { "1", "1.5" }, false)]
    [DataRow(new string[0], false)]
    public void Labels_are_numbers_if_all_are_and_differ(string[] labels, bool expected) => Assert.AreEqual(expected, ClassLabels.Numbers(labels) is not null);
}
