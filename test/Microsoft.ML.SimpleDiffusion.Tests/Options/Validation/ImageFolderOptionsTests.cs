namespace Microsoft.ML.SimpleDiffusion.Tests.Options.Validation;

[TestClass]
public class ImageFolderOptionsTests
{
    private const string Endings = "must have one ending or more, each with its dot, such as .png";

    public static IEnumerable<object[]> Mistakes =>
    [
        Mistake("Condition", "must be one of Auto, ", o => o.Condition = (ImageFolderCondition)99),
        Mistake("CaptionsFile", "must be a name or null.", o => o.CaptionsFile = " "),
        Mistake("FileColumnName", "must be a name or null.", o => o.FileColumnName = string.Empty),
        Mistake("CaptionColumnName", "must be a name or null.", o => o.CaptionColumnName = string.Empty),
        Mistake("Extensions", Endings + ".", o => o.Extensions = null!),
        Mistake("Extensions", Endings + ".", o => o.Extensions = []),
        Mistake("Extensions", Endings + ".", o => o.Extensions = [".png", null!]),
        Mistake("Extensions", Endings + ".", o => o.Extensions = [".png", "."]),
        Mistake("Extensions", Endings + ".", o => o.Extensions = [".png", "jpg"]),
        Mistake("CaptionsFile", "is of no use with Condition = None.", o => (o.CaptionsFile, o.Condition) = ("captions.csv", ImageFolderCondition.None)),
    ];

    [TestMethod]
    [DynamicData(nameof(Mistakes))]
    public void Mistake_is_refused_naming_the_option(string option, string requirement, Action<ImageFolderOptions> change)
    {
        var options = new ImageFolderOptions();
        change(options);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ImageFolderOptionsValidator.Validate(options));

        Assert.AreEqual(option, error.ParamName);
        StringAssert.StartsWith(error.Message, $"The option {option} {requirement}");
    }

    [TestMethod]
    [DataRow(ImageFolderCondition.Auto)]
    [DataRow(ImageFolderCondition.Captions)]
    public void Captions_file_goes_with_captions(ImageFolderCondition condition)
        => ImageFolderOptionsValidator.Validate(new ImageFolderOptions
        {
            Condition = condition,
            CaptionsFile = "captions.csv",
            FileColumnName = "file",
            CaptionColumnName = "text",
            Extensions = [".x"],
        });

    [TestMethod]
    public void Default_options_read_every_kind_of_image_at_any_depth()
    {
        var options = new ImageFolderOptions();

        ImageFolderOptionsValidator.Validate(options);
        Assert.IsTrue(options.Recursive);
        CollectionAssert.AreEqual(new[] { ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp" }, options.Extensions.ToArray());
    }

    private static object[] Mistake(string option, string requirement, Action<ImageFolderOptions> change) => [option, requirement, change];
}
