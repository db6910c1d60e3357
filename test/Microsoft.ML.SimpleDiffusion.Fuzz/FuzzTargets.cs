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
        ["best-weights"] = () => new BestWeightsTarget(),
        ["model-zip"] = () => new ModelZipTarget("model-zip", TinyModel.Shared.Zip),
        ["model-zip-configuration"] = () => new ModelZipEntryTarget("model-zip-configuration", TinyModel.Shared.Zip, "Model.key"),
        ["model-zip-weights"] = () => new ModelZipEntryTarget("model-zip-weights", TinyModel.Shared.Zip, "weights.safetensors"),
        ["model-folder-configuration"] = () => new ModelFolderTarget("model-folder-configuration", "config.json", TinyModel.Shared),
        ["model-folder-weights"] = () => new ModelFolderTarget("model-folder-weights", "model.safetensors", TinyModel.Shared),
        ["text-model-folder-configuration"] = () => new ModelFolderTarget("text-model-folder-configuration", "config.json", TinyModel.Captioned),
        ["classifier"] = () => new ModelZipEntryTarget("classifier", Fixture.Read("classifier.zip"), "Model.key"),
        ["classifier-weights"] = () => new ModelZipEntryTarget("classifier-weights", Fixture.Read("classifier.zip"), "weights.safetensors"),
        ["t5"] = () => new ModelZipEntryTarget("t5", Fixture.Read("t5.zip"), "Model.key"),
        ["t5-tokenizer"] = () => new TokenizerTarget(),
        ["embedding-cache"] = () => new EmbeddingCacheTarget(),
        ["sweep-data"] = () => new SweepDataTarget(),
        ["sweep-definition"] = () => new SweepDefinitionTarget(),
        ["sweep-record"] = () => new SweepRecordTarget("sweep-record", trial: 0),
        ["sweep-record-of-failure"] = () => new SweepRecordTarget("sweep-record-of-failure", trial: 1),
        ["captions-file"] = () => new CaptionsFileTarget(),
        ["tool-arguments"] = () => new ToolArgumentsTarget(),
        ["tool-options"] = () => new ToolOptionsTarget(),
        ["caption"] = () => new CaptionTarget(),
        ["image"] = () => new ImageTarget(),
        ["onnx"] = () => new OnnxTarget(),
        ["elf"] = () => new ElfTarget(),
    };

    public static IReadOnlyList<string> Names => [.. Makers.Keys];

    public static FuzzTarget Create(string name) => Makers[name]();
}
