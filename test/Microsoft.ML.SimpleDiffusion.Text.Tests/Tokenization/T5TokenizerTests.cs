using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Text.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Text.Tokenization;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Tokenization;

[TestClass]
public class T5TokenizerTests
{
    private const int Many = 512;

    private static readonly T5Tokenizer Tokenizer = Fixture.Tokenizer;

    /// <summary>Ids that google/sentencepiece@2734490 prints in python/README.md, lines 55 to 70, for python/test/test_model.model, whose end of sentence is 2.</summary>
    [TestMethod]
    [DataRow("This is a test", new[] { 284, 47, 11, 4, 15, 400, 2 })]
    [DataRow("Hello world", new[] { 151, 88, 21, 887, 2 })]
    public void Ids_are_those_of_SentencePieces_own_README(string text, int[] expected)
    {
        string path = SharedFolder.Require("reference/sentencepiece_test_model.model");
        var tokenizer = T5Tokenizer.Parse(File.ReadAllBytes(path), path);
        CollectionAssert.AreEqual(expected, tokenizer.Encode(text, Many));
    }

    /// <summary>Emoji, right-to-left text, ligatures, white space, control characters and more, against the reference implementation.</summary>
    [TestMethod]
    public void Ids_of_a_model_with_T5s_special_tokens_are_those_of_SentencePiece()
    {
        var expected = Fixture.Json("tokenizer_expected.json");
        foreach (var item in expected.GetProperty("cases").EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!;
            CollectionAssert.AreEqual((int[])[.. Fixture.Ints(item.GetProperty("ids")), 1], Tokenizer.Encode(text, Many), text);
        }

        Assert.AreEqual(expected.GetProperty("size").GetInt32() - 1, Tokenizer.LargestId);
        Assert.AreEqual(1, Tokenizer.EndOfSentence);
    }

    [TestMethod]
    public void Long_caption_is_cut_and_keeps_its_end_of_sentence()
    {
        const string Text = "a small red circle above a blue square";
        int[] whole = Tokenizer.Encode(Text, Many);
        CollectionAssert.AreEqual((int[])[.. whole[..5], 1], Tokenizer.Encode(Text, 6));
        CollectionAssert.AreEqual((int[])[whole[0], 1], Tokenizer.Encode(Text, 2));
        CollectionAssert.AreEqual(whole, Tokenizer.Encode(Text, whole.Length));
    }

    [TestMethod]
    public void Caption_of_a_million_characters_is_cut_in_passing()
    {
        string text = string.Concat(Enumerable.Repeat("red star, ", 100_000));
        Assert.HasCount(16, Tokenizer.Encode(text, 16));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(" \t\r\n\u3000")]
    [DataRow("\u0001\u007f")]
    public void Caption_without_text_has_no_tokens(string text) => Assert.IsEmpty(Tokenizer.Encode(text, Many));

    [TestMethod]
    public void Half_of_a_surrogate_pair_counts_as_the_replacement_character()
    {
        // Not data rows: test frameworks make them valid.
        foreach (char half in (char[])[(char)0xD83D, (char)0xDE00])
        {
            CollectionAssert.AreEqual(Tokenizer.Encode("red \ufffd star", Many), Tokenizer.Encode($"red {half} star", Many));
        }
    }

    [TestMethod]
    public void What_is_no_SentencePiece_model_is_refused()
    {
        byte[] model = File.ReadAllBytes(Fixture.TokenizerFile);
        byte[][] bad = [[], [0], [1, 2, 3], "{\"version\": \"1.0\"}"u8.ToArray(), model[..1000], File.ReadAllBytes(Fixture.File("t5.onnx"))];
        foreach (byte[] bytes in bad)
        {
            var error = Assert.ThrowsExactly<FormatException>(() => T5Tokenizer.Parse(bytes, "spiece.model"));
            Assert.StartsWith("'spiece.model' is not a SentencePiece model", error.Message);
        }
    }
}
