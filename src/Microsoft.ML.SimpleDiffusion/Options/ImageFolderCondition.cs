namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Where a folder of images says what they show.</summary>
public enum ImageFolderCondition
{
    /// <summary>A captions file if there is one, else folders of classes if there are images in folders, else nothing.</summary>
    Auto,

    /// <summary>The name of the outermost folder that an image is in, below the folder that is loaded: column <c>Label</c>.</summary>
    Folders,

    /// <summary>A captions file: column <c>Caption</c>.</summary>
    Captions,

    /// <summary>Nothing does: there is no such column.</summary>
    None,
}
