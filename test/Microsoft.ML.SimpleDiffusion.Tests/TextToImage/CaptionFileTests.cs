using Microsoft.ML.SimpleDiffusion.TestSupport;
using global::TextToImage.Captions;

namespace Microsoft.ML.SimpleDiffusion.Tests.TextToImage;

[TestClass]
public sealed class CaptionFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [TestMethod]
    public void Each_line_after_the_names_of_the_columns_is_a_picture_with_its_caption()
    {
        var rows = Read("file\tcaption\tkind", "a.png\ta \"red\" hat\tclothes", "", "b.png\t  two, or more \tother");

        CollectionAssert.AreEqual(new[] { _folder.File("a.png"), _folder.File("b.png") }, rows.Select(row => row.ImagePath).ToArray());
        CollectionAssert.AreEqual(new[] { "a \"red\" hat", "two, or more" }, rows.Select(row => row.Caption).ToArray());
    }

    [TestMethod]
    public void Captions_in_any_writing_are_read_as_they_are()
        => Assert.AreEqual("😀 سلام", Read("file\tcaption", "a.png\t😀 سلام").Single().Caption);

    [TestMethod]
    public void Columns_may_have_other_names_and_another_order()
    {
        var rows = Read(new CaptionFileFormat { FileColumn = "path", CaptionColumn = "name" }, "name\tpath", "hat\ta.png");

        Assert.AreEqual("hat", rows.Single().Caption);
    }

    [TestMethod]
    public void All_conditions_must_hold()
    {
        var format = new CaptionFileFormat { Conditions = ["split=train", "group=Food & Drink"] };

        var rows = Read(format, "file\tcaption\tsplit\tgroup", "a.png\t1\ttest\tFood & Drink", "a.png\t2\ttrain\tFood & Drink", "a.png\t3\ttrain\tFlags");

        Assert.AreEqual("2", rows.Single().Caption);
    }

    [TestMethod]
    public void The_emoji_captions_are_read()
    {
        string path = SharedFolder.Require("data/noto-emoji/captions.tsv");

        var rows = CaptionFile.Read(path, Path.Combine(Path.GetDirectoryName(path)!, "128"), new CaptionFileFormat { CaptionColumn = "name" });

        Assert.HasCount(1445, rows);
        Assert.AreEqual("grinning face", rows[0].Caption);
    }

    [TestMethod]
    public void A_missing_file_is_named()
        => StringAssert.Contains(
            Assert.ThrowsExactly<FileNotFoundException>(() => CaptionFile.Read("/no/such.tsv", _folder.Path, new())).Message, "no captions file '/no/such.tsv'");

    [TestMethod]
    public void A_missing_folder_is_named()
    {
        string path = Write("file\tcaption", "a.png\t1");

        var error = Assert.ThrowsExactly<DirectoryNotFoundException>(() => CaptionFile.Read(path, "/no/such/folder", new()));

        StringAssert.Contains(error.Message, "'/no/such/folder'");
    }

    [TestMethod]
    public void A_missing_column_is_named_with_those_that_are_there()
    {
        StringAssert.Contains(ErrorOf(new(), "file\tname", "a.png\t1"), "has no column 'caption'. Its columns are: file, name.");
        StringAssert.Contains(ErrorOf(new() { Conditions = ["kind=x"] }, "file\tcaption", "a.png\t1"), "has no column 'kind'");
    }

    [TestMethod]
    public void An_empty_file_and_one_without_rows_are_refused()
    {
        StringAssert.Contains(ErrorOf(new()), "is empty");
        StringAssert.Contains(ErrorOf(new(), "file\tcaption"), "has no rows.");
        StringAssert.Contains(ErrorOf(new() { Conditions = ["caption=2"] }, "file\tcaption", "a.png\t1"), "has no rows with caption=2.");
    }

    [TestMethod]
    public void A_line_of_another_length_is_named()
        => StringAssert.Contains(ErrorOf(new(), "file\tcaption", "a.png\t1", "a.png"), "Line 3 of");

    [TestMethod]
    [DataRow("split")]
    [DataRow("=train")]
    public void A_condition_that_is_none_is_shown(string condition)
        => StringAssert.Contains(ErrorOf(new() { Conditions = [condition] }, "file\tcaption\tsplit", "a.png\t1\ttrain"), $"The condition '{condition}'");

    [TestMethod]
    public void A_missing_picture_is_named_with_its_line()
    {
        string path = Write("file\tcaption", "a.png\t1", "c.png\t2");

        var error = Assert.ThrowsExactly<FileNotFoundException>(() => CaptionFile.Read(path, _folder.Path, new()));

        StringAssert.Contains(error.Message, "Line 3 of");
        StringAssert.Contains(error.Message, "'c.png'");
    }

    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<CaptionedFile> Read(params string[] lines) => Read(new CaptionFileFormat(), lines);

    private IReadOnlyList<CaptionedFile> Read(CaptionFileFormat format, params string[] lines) => CaptionFile.Read(Write(lines), _folder.Path, format);

    private string ErrorOf(CaptionFileFormat format, params string[] lines) => Assert.ThrowsExactly<InvalidDataException>(() => Read(format, lines)).Message;

    private string Write(params string[] lines)
    {
        File.WriteAllText(_folder.File("a.png"), string.Empty);
        File.WriteAllText(_folder.File("b.png"), string.Empty);
        File.WriteAllLines(_folder.File("captions.tsv"), lines);
        return _folder.File("captions.tsv");
    }
}
