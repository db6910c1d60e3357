namespace Microsoft.ML.SimpleDiffusion.Text;

/// <summary>Where the ONNX file of a saved transformer lives. The tokenizer, less than a megabyte, is always inside the model.zip.</summary>
public enum T5ModelStorage
{
    /// <summary>Inside the model.zip, with its external data: the zip needs nothing else.</summary>
    Embedded,

    /// <summary>Where it is: the model.zip holds its full path and SHA-256, and does not load if the file is gone or has changed.</summary>
    Path,
}
