using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>A folder of images, and what says what each shows.</summary>
internal sealed class ImageArguments
{
    private readonly Option<FileInfo?> _captions = new("--captions") { Description = "File with a caption for each image, in columns separated by tabs or commas: file, caption. The model is then asked in words." };
    private readonly Option<bool> _unconditional = new("--unconditional") { Description = "Ignore the folders' names: the model then draws whatever it likes." };

    public Argument<DirectoryInfo> Folder { get; } = new("images") { Description = "Folder of images: one folder in it for each class, or all images together." };

    public void AddTo(System.CommandLine.Command command)
    {
        command.Add(_captions);
        command.Add(_unconditional);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_captions) is not null && result.GetValue(_unconditional))
            {
                result.AddError("--captions and --unconditional exclude each other.");
            }
        });
    }

    public ImageInput Read(ParseResult result) => new(result.GetRequiredValue(Folder), result.GetValue(_captions), result.GetValue(_unconditional));
}
