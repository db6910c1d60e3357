namespace Microsoft.ML.SimpleDiffusion.Tool.Inputs;

/// <summary>Where images are, and what says what each shows.</summary>
/// <param name="Folder">Their folder.</param>
/// <param name="Captions">File with captions, or null.</param>
/// <param name="IsUnconditional">Whether folders' names are to be ignored.</param>
internal sealed record ImageInput(DirectoryInfo Folder, FileInfo? Captions, bool IsUnconditional)
{
    public TrainingImages Load(MLContext context) => new(context, context.Data.LoadFromImageFolder(Folder.FullName, new ImageFolderOptions
    {
        CaptionsFile = Captions?.FullName,
        Condition = Captions is not null ? ImageFolderCondition.Captions : IsUnconditional ? ImageFolderCondition.None : ImageFolderCondition.Auto,
    }));
}
