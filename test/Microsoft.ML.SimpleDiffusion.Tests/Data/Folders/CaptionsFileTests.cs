using System.Text;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Folders;

[TestClass]
public sealed class CaptionsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Each_line_after_the_names_of_the_columns_is_an_image_with_its_caption()
    {
        var rows = Read("captions.tsv", "file\tcaption\tkind\na.png\ta \"red\" hat\tclothes\n\nb.png\t  two, or more \tother\n");

        CollectionAssert.AreEqual(new[] { _folder.File("a.png"), _folder.File("b.png") }, rows.Select(row => row.ImagePath).ToArray());
        CollectionAssert.AreEqual(new[] { "a \"red\" hat", "two, or more" }, rows.Select(row => row.Caption).ToArray());
    }

    [TestMethod]
    public void Quotes_keep_separators_line_breaks_and_doubled_quotes()
        => Assert.AreEqual("red, \"very\" red\nhat", Read("captions.csv", "file,caption\r\na.png,\"red, \"\"very\"\" red\nhat\"\r\n").Single().Caption);

    [TestMethod]
    [DataRow("file,caption\na.png,red; blue", "red; blue")]
    [DataRow("file;caption\na.png;red, blue", "red, blue")]
    [DataRow("file\tcaption\na.png\tred, blue; green", "red, blue; green")]
    [DataRow("file\tcaption\na.png\t", "")]
    public void Values_are_separated_by_what_the_first_line_has(string text, string caption)
        => Assert.AreEqual(caption, Read("captions.csv", text).Single().Caption);

    [TestMethod]
    public void Captions_in_any_writing_are_read_as_they_are()
        => Assert.AreEqual("😀 سلام", Read("captions.tsv", "file\tcaption\na.png\t😀 سلام").Single().Caption);

    [TestMethod]
    public void A_mark_at_the_beginning_tells_the_encoding_and_is_no_part_of_a_name()
    {
        foreach (var encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode])
        {
            Touch("a.png");
            File.WriteAllText(_folder.File("captions.csv"), "file,caption\na.png,é", encoding);

            Assert.AreEqual("é", Rows(new()).Single().Caption);
        }
    }

    [TestMethod]
    public void Columns_may_have_other_names_and_another_order()
    {
        Assert.AreEqual("hat", Read("captions.tsv", "name\tpath\nhat\ta.png", new() { FileColumnName = "path", CaptionColumnName = "name" }).Single().Caption);
        File.Delete(_folder.File("captions.tsv"));
        Assert.AreEqual("hat", Read("metadata.csv", "file_name,text\na.png,hat").Single().Caption);
    }

    [TestMethod]
    public void Rows_are_chosen_by_their_values()
    {
        var options = new ImageFolderOptions { Where = row => row["split"] == "train" };

        Assert.AreEqual("2", Read("captions.tsv", "file\tcaption\tsplit\na.png\t1\ttest\nb.png\t2\ttrain", options).Single().Caption);
        StringAssert.Contains(ErrorOf<FormatException>("file\tcaption\tsplit\na.png\t1\ttest", options), "has no rows that the option Where takes.");
    }

    [TestMethod]
    public void An_image_may_have_several_captions()
        => Assert.HasCount(2, Read("captions.csv", "file,caption\na.png,a hat\na.png,something red"));

    [TestMethod]
    public void Images_may_lie_in_folders_below_and_be_named_in_the_way_of_Windows()
    {
        Touch("train/1.png");

        Assert.AreEqual(_folder.File("train/1.png"), Read("captions.csv", "file,caption\ntrain\\1.png,hat").Single().ImagePath);
    }

    [TestMethod]
    public void The_captions_file_may_have_any_name_and_lie_elsewhere()
    {
        using var elsewhere = new TemporaryFolder();
        Touch("a.png");
        File.WriteAllText(elsewhere.File("list.txt"), "file,caption\na.png,hat");

        Assert.AreEqual("hat", Rows(new() { CaptionsFile = elsewhere.File("list.txt") }).Single().Caption);
    }

    [TestMethod]
    public void The_emoji_captions_are_read()
    {
        string path = SharedFolder.Require("data/noto-emoji/captions.tsv");
        var options = new ImageFolderOptions { CaptionsFile = path, CaptionColumnName = "name" };

        var view = _context.Data.LoadFromImageFolder(Path.Combine(Path.GetDirectoryName(path)!, "128"), options);

        Assert.AreEqual(1445, view.GetRowCount());
        Assert.AreEqual("grinning face", _context.Data.CreateEnumerable<Row>(view, reuseRowObject: false).First().Caption);
    }

    [TestMethod]
    public void A_missing_captions_file_is_named()
    {
        StringAssert.Contains(ErrorOf<FileNotFoundException>(new() { CaptionsFile = "/no/such.tsv" }), "no captions file '/no/such.tsv'");
        StringAssert.Contains(ErrorOf<FileNotFoundException>(new() { Condition = ImageFolderCondition.Captions }), "captions.tsv or captions.csv or metadata.csv");
    }

    [TestMethod]
    public void Two_captions_files_are_one_too_many()
    {
        File.WriteAllText(_folder.File("captions.tsv"), string.Empty);

        StringAssert.Contains(ErrorOf<FormatException>("file,caption\na.png,1", name: "captions.csv"), "CaptionsFile must say which one");
    }

    [TestMethod]
    public void A_missing_column_is_named_with_those_that_are_there()
    {
        StringAssert.Contains(ErrorOf<FormatException>("file\tname\na.png\t1"), "has no column 'caption' or 'text'. Its columns are: file, name.");
        StringAssert.Contains(ErrorOf<FormatException>("file\tcaption\na.png\t1", new() { FileColumnName = "path" }), "has no column 'path'");
        StringAssert.Contains(ErrorOf<FormatException>("file\tcaption\tfile\na.png\t1\tb.png"), "two columns 'file'");
    }

    [TestMethod]
    public void A_file_that_is_empty_without_rows_or_no_text_is_refused()
    {
        StringAssert.Contains(ErrorOf<FormatException>(string.Empty), "is empty");
        StringAssert.Contains(ErrorOf<FormatException>("file\tcaption"), "has no rows.");
        File.WriteAllBytes(_folder.File("captions.tsv"), [.. "file\tcaption\na.png\t"u8, 0xFF]);
        StringAssert.Contains(ErrorOf<FormatException>(new()), "no text in UTF-8");
    }

    [TestMethod]
    [DataRow("file\tcaption\na.png\t1\na.png", "Line 3 of", "has 1 values, and the first line has 2.")]
    [DataRow("file\tcaption\na.png\t1\na.png\t\"hat\" red\n", "Line 3 of", "begins with a quote")]
    [DataRow("file\tcaption\na.png\t\"hat", "Line 2 of", "begins with a quote")]
    [DataRow("file\tcaption\na.png\t1\nc.png\t2", "Line 3 of", "'c.png', which is not in the folder")]
    [DataRow("file\tcaption\n\t1", "Line 2 of", "names no image.")]
    [DataRow("file\tcaption\n../x.png\t1", "Line 2 of", "outside of the folder")]
    [DataRow("file\tcaption\n/etc/x.png\t1", "Line 2 of", "outside of the folder")]
    [DataRow("file\tcaption\na\0.png\t1", "Line 2 of", "can be no path")]
    [DataRow("file\tcaption\ncaptions.tsv\t1", "Line 2 of", "is no image (.bmp, ")]
    [DataRow("file\tcaption\na.png\t1\nb.png\t2\na.png\t1", "Line 4 of", "says the same of the image 'a.png' as line 2.")]
    public void A_line_that_is_wrong_is_named(string text, string line, string message)
    {
        string error = ErrorOf<Exception>(text);

        StringAssert.Contains(error, line);
        StringAssert.Contains(error, message);
    }

    public void Dispose() => _folder.Dispose();

    private List<Row> Read(string name, string text, ImageFolderOptions? options = null)
    {
        Touch("a.png");
        Touch("b.png");
        File.WriteAllText(_folder.File(name), text);
        return Rows(options ?? new());
    }

    private List<Row> Rows(ImageFolderOptions options) => [.. _context.Data.CreateEnumerable<Row>(_context.Data.LoadFromImageFolder(_folder.Path, options), reuseRowObject: false)];

    private string ErrorOf<TException>(string text, ImageFolderOptions? options = null, string name = "captions.tsv")
        where TException : Exception
        => Assert.Throws<TException>(() => Read(name, text, options)).Message;

    private string ErrorOf<TException>(ImageFolderOptions options)
        where TException : Exception
        => Assert.Throws<TException>(() => Rows(options)).Message;

    private void Touch(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        File.WriteAllText(_folder.File(name), string.Empty);
    }

    private sealed class Row
    {
        public string ImagePath { get; set; } = string.Empty;

        public string Caption { get; set; } = string.Empty;
    }
}
