using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Folders;

[TestClass]
public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Images_are_of_the_class_of_the_outermost_folder_in_the_order_of_their_names()
    {
        Touch("star/old/2.PNG", "heart/b.jpg", "heart/a.webp", "Zebra/1.gif", "heart/notes.txt");
        var view = Load();

        CollectionAssert.AreEqual(new[] { "ImagePath", "Label" }, view.Schema.Select(column => column.Name).ToArray());
        CollectionAssert.AreEqual(new[] { "Zebra", "heart", "heart", "star" }, view.GetColumn<string>("Label").ToArray());
        CollectionAssert.AreEqual(
            new[] { "Zebra/1.gif", "heart/a.webp", "heart/b.jpg", "star/old/2.PNG" }.Select(_folder.File).ToArray(), view.GetColumn<string>("ImagePath").ToArray());
    }

    [TestMethod]
    public void A_flat_folder_has_no_condition()
    {
        Touch("2.png", "1.png", "notes/readme.txt");

        CollectionAssert.AreEqual(new[] { "ImagePath" }, Load().Schema.Select(column => column.Name).ToArray());
        CollectionAssert.AreEqual(new[] { _folder.File("1.png"), _folder.File("2.png") }, Load().GetColumn<string>("ImagePath").ToArray());
    }

    [TestMethod]
    public void What_systems_and_programs_leave_behind_is_no_image_and_no_class()
    {
        Touch("star/1.png", "star/._1.png", "star/.hidden.png", "star/@eaDir/1.png", "star/Thumbs.db", "star/.DS_Store", "star/desktop.ini");
        Touch(".ipynb_checkpoints/1.png", "__MACOSX/star/._1.png", "@eaDir/1.png", ".trash/1.png", "Thumbs.db", "desktop.ini", "._x.png");

        CollectionAssert.AreEqual(new[] { _folder.File("star/1.png") }, Load().GetColumn<string>("ImagePath").ToArray());
    }

    [TestMethod]
    public void Folders_below_are_read_or_not_as_an_option_says()
    {
        Touch("star/1.png", "star/old/2.png");
        Assert.AreEqual(1, Load(new() { Recursive = false }).GetRowCount());
        Touch("0.png");
        Assert.AreEqual(3, Load(new() { Condition = ImageFolderCondition.None }).GetRowCount());
        Assert.AreEqual(1, Load(new() { Condition = ImageFolderCondition.None, Recursive = false }).GetRowCount());
    }

    [TestMethod]
    public void Other_endings_may_be_asked_for()
    {
        Touch("1.png", "2.jfif");

        CollectionAssert.AreEqual(new[] { _folder.File("2.jfif") }, Load(new() { Extensions = [".JFIF"] }).GetColumn<string>("ImagePath").ToArray());
    }

    [TestMethod]
    public void Links_to_folders_are_followed_and_a_circle_of_them_ends()
    {
        using var elsewhere = new TemporaryFolder();
        File.WriteAllText(elsewhere.File("1.png"), string.Empty);
        Directory.CreateSymbolicLink(elsewhere.File("again"), elsewhere.Path);
        Directory.CreateSymbolicLink(_folder.File("star"), elsewhere.Path);

        Assert.AreEqual("star", Load().GetColumn<string>("Label").Single());
    }

    [TestMethod]
    public void The_view_knows_its_length_and_can_be_shuffled()
    {
        Touch([.. Enumerable.Range(0, 50).Select(i => $"star/{i:D2}.png")]);
        var view = Load();

        Assert.AreEqual(50, view.GetRowCount());
        Assert.IsTrue(view.CanShuffle);
        string[] shuffled = [.. _context.Data.ShuffleRows(view, seed: 1).GetColumn<string>("ImagePath")];
        CollectionAssert.AreNotEqual(view.GetColumn<string>("ImagePath").ToArray(), shuffled);
        CollectionAssert.AreEquivalent(view.GetColumn<string>("ImagePath").ToArray(), shuffled);
    }

    [TestMethod]
    public void A_missing_folder_is_named()
        => StringAssert.Contains(Assert.ThrowsExactly<DirectoryNotFoundException>(() => _context.Data.LoadFromImageFolder(_folder.File("none"))).Message, "There is no folder '");

    [TestMethod]
    [DataRow(ImageFolderCondition.Auto)]
    [DataRow(ImageFolderCondition.Folders)]
    [DataRow(ImageFolderCondition.None)]
    public void A_folder_without_images_is_named(ImageFolderCondition condition)
    {
        Touch("star/notes.txt");

        string error = Assert.ThrowsExactly<FormatException>(() => Load(new() { Condition = condition })).Message;

        StringAssert.StartsWith(error, $"There are no images in '{_folder.Path}' (.bmp, ");
    }

    [TestMethod]
    public void A_class_without_an_image_and_an_image_without_a_class_are_named()
    {
        Touch("star/1.png", "heart/notes.txt");
        StringAssert.StartsWith(Assert.ThrowsExactly<FormatException>(() => Load()).Message, $"The folder '{_folder.File("heart")}' should have the images of a class");
        Touch("heart/1.png", "stray.png");
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Load()).Message, "stray.png' lies in no folder of a class");
    }

    [TestMethod]
    public void Options_out_of_range_are_named()
    {
        foreach (var (name, options) in new (string, ImageFolderOptions)[]
        {
            ("Extensions", new() { Extensions = [] }), ("Extensions", new() { Extensions = ["png"] }), ("CaptionsFile", new() { CaptionsFile = " " }),
            ("CaptionsFile", new() { CaptionsFile = "x.csv", Condition = ImageFolderCondition.Folders }), ("FileColumnName", new() { FileColumnName = string.Empty }),
            ("CaptionColumnName", new() { CaptionColumnName = string.Empty }), ("Condition", new() { Condition = (ImageFolderCondition)9 }),
        })
        {
            Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Load(options)).ParamName);
        }
    }

    public void Dispose() => _folder.Dispose();

    private IDataView Load(ImageFolderOptions? options = null) => _context.Data.LoadFromImageFolder(_folder.Path, options);

    private void Touch(params string[] names)
    {
        foreach (string name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
            File.WriteAllText(_folder.File(name), string.Empty);
        }
    }
}
