using Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

namespace Microsoft.ML.SimpleDiffusion.Fuzz;

/// <summary>One target per reader.</summary>
public static class FuzzTargets
{
    private static readonly Dictionary<string, Func<FuzzTarget>> Makers = new()
    {
        ["safetensors-header"] = () => new SafetensorsHeaderTarget(),
        ["safetensors"] = () => new SafetensorsTarget(),
        ["configuration"] = () => new ConfigurationTarget(),
        ["checkpoint"] = () => new CheckpointTarget(),
        ["model-zip"] = () => new ModelZipTarget(),
        ["model-zip-configuration"] = () => new ModelZipEntryTarget("model-zip-configuration", "Model.key"),
        ["model-zip-weights"] = () => new ModelZipEntryTarget("model-zip-weights", "weights.safetensors"),
        ["model-folder-configuration"] = () => new ModelFolderTarget("model-folder-configuration", "config.json", TinyModel.Shared),
        ["model-folder-weights"] = () => new ModelFolderTarget("model-folder-weights", "model.safetensors", TinyModel.Shared),
        ["text-model-folder-configuration"] = () => new ModelFolderTarget("text-model-folder-configuration", "config.json", TinyModel.Captioned),
        ["caption"] = () => new CaptionTarget(),
        ["image"] = () => new ImageTarget(),
        ["elf"] = () => new ElfTarget(),
    };

    public static IReadOnlyList<string> Names => [.. Makers.Keys];

    public static FuzzTarget Create(string name) => Makers[name]();
}
