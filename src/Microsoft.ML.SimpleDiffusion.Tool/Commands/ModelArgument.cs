using System.CommandLine;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>The model that a command works with.</summary>
internal static class ModelArgument
{
    public static Argument<FileSystemInfo> Create() => new("model") { Description = "The model: model.zip of 'train' or of mlContext.Model.Save, or a folder with model.safetensors." };
}
