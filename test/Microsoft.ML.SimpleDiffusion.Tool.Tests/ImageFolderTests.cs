using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests;

[TestClass]
public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [TestMethod]
    public void Pictures_are_of_the_class_of_the_outermost_folder()
    {
        Touch("star/old/2.PNG", "heart/1.jpg", "heart/notes.txt", ".ipynb_checkpoints/3.png");
        var view = Load("Image", "Label", hasClasses: true);
        CollectionAssert.AreEqual(new[] { "heart", "star" }, view.GetColumn<string>("Label").ToArray());
        CollectionAssert.AreEqual(new[] { "1.jpg", "2.PNG" }, view.GetColumn<string>("Image").Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void Pictures_without_a_folder_will_do_for_a_model_without_classes()
    {
        Touch("1.png");
        Assert.HasCount(1, Load("Image", null, hasClasses: false).GetColumn<string>("Image").ToArray());
        var error = Assert.ThrowsExactly<FormatException>(() => Load("Image", "Label", hasClasses: true));
        StringAssert.Contains(error.Message, "lies in no folder of a class");
    }

    [TestMethod]
    public void A_model_that_reads_captions_gets_them_from_a_file_or_from_the_names_of_folders()
    {
        Touch("hats/1.png");
        Assert.AreEqual("hats", Load("Image", "Caption", hasClasses: false).GetColumn<string>("Caption").Single());
        File.WriteAllText(_folder.File("captions.csv"), "file,caption\nhats/1.png,a red hat");
        Assert.AreEqual("a red hat", Load("Image", "Caption", hasClasses: false).GetColumn<string>("Caption").Single());
    }

    [TestMethod]
    public void A_model_that_reads_captions_needs_some()
    {
        Touch("1.png");
        var error = Assert.ThrowsExactly<FormatException>(() => Load("Image", "Caption", hasClasses: false));
        StringAssert.Contains(error.Message, "needs a captions file");
    }

    [TestMethod]
    public void Folder_that_is_missing_or_empty_is_an_error_that_names_it()
    {
        var empty = Assert.ThrowsExactly<FormatException>(() => Load("Image", null, hasClasses: false));
        StringAssert.Contains(empty.Message, _folder.Path);
        var none = new DirectoryInfo(_folder.File("none"));
        var missing = Assert.ThrowsExactly<DirectoryNotFoundException>(() => ImageFolder.Load(new MLContext(1), none, new SimpleDiffusionOptions(), hasClasses: false));
        StringAssert.Contains(missing.Message, "none");
    }

    [TestMethod]
    public void View_has_the_columns_of_the_model()
    {
        Touch("star/1.png");
        CollectionAssert.AreEqual(new[] { "Photo", "Kind" }, Load("Photo", "Kind", hasClasses: true).Schema.Select(column => column.Name).ToArray());
        CollectionAssert.AreEqual(new[] { "Image" }, Load("Image", null, hasClasses: false).Schema.Select(column => column.Name).ToArray());
        CollectionAssert.AreEqual(
            new[] { "ImagePath", "Label" }, Load("ImagePath", "Label", hasClasses: true).Schema.Where(column => !column.IsHidden).Select(column => column.Name).ToArray());
    }

    public void Dispose() => _folder.Dispose();

    private IDataView Load(string imageColumn, string? conditionColumn, bool hasClasses) => ImageFolder.Load(
        new MLContext(1), new DirectoryInfo(_folder.Path), new SimpleDiffusionOptions { ImageColumnName = imageColumn, ConditionColumnName = conditionColumn }, hasClasses);

    private void Touch(params string[] paths)
    {
        foreach (string path in paths)
        {
            string file = _folder.File(path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, string.Empty);
        }
    }
}
