using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests;

[TestClass]
public class ImageFolderTests
{
    [TestMethod]
    public void Pictures_are_of_the_class_of_the_outermost_folder()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "star/old/2.PNG");
        Touch(folder, "heart/1.jpg");
        Touch(folder, "heart/notes.txt");
        var files = ImageFolder.Read(new DirectoryInfo(folder.Path), needsClasses: true);
        CollectionAssert.AreEqual(new[] { "heart", "star" }, files.Select(file => file.Label).ToArray());
        CollectionAssert.AreEqual(new[] { "1.jpg", "2.PNG" }, files.Select(file => Path.GetFileName(file.ImagePath)).ToArray());
    }

    [TestMethod]
    public void Pictures_without_a_folder_will_do_for_a_model_without_classes()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "1.png");
        Assert.HasCount(1, ImageFolder.Read(new DirectoryInfo(folder.Path), needsClasses: false));
        var error = Assert.ThrowsExactly<InvalidDataException>(() => ImageFolder.Read(new DirectoryInfo(folder.Path), needsClasses: true));
        StringAssert.Contains(error.Message, "lies in no folder of a class");
    }

    [TestMethod]
    public void Folder_that_is_missing_or_empty_is_an_error_that_names_it()
    {
        using var folder = new TemporaryFolder();
        var empty = Assert.ThrowsExactly<InvalidDataException>(() => ImageFolder.Read(new DirectoryInfo(folder.Path), needsClasses: false));
        StringAssert.Contains(empty.Message, folder.Path);
        var missing = Assert.ThrowsExactly<DirectoryNotFoundException>(() => ImageFolder.Read(new DirectoryInfo(folder.File("none")), needsClasses: false));
        StringAssert.Contains(missing.Message, "none");
    }

    [TestMethod]
    public void View_has_the_columns_of_the_model()
    {
        var files = new[] { new LabelledFile { ImagePath = "1.png", Label = "star" } };
        var classes = ImageFolder.ToView(new MLContext(1), files, new SimpleDiffusionOptions { ImageColumnName = "Photo", ConditionColumnName = "Kind" });
        CollectionAssert.AreEqual(new[] { "Photo", "Kind" }, classes.Schema.Select(column => column.Name).ToArray());
        var plain = ImageFolder.ToView(new MLContext(1), files, new SimpleDiffusionOptions());
        CollectionAssert.AreEqual(new[] { "Image" }, plain.Schema.Select(column => column.Name).ToArray());
    }

    private static void Touch(TemporaryFolder folder, string path)
    {
        string file = folder.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, string.Empty);
    }
}
