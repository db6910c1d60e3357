using System.Text.Json.Serialization;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.SimpleDiffusion.Onnx;

/// <summary>How images are generated from an exported model. What is null is as the model says that was exported.</summary>
public sealed class OnnxGenerationOptions
{
    /// <summary>Sampler, steps, guidance and the like. Null (default): the model's own.</summary>
    public SamplingOptions? Sampling { get; set; }

    /// <summary>Name of the column of generated images. Null (default): the model's own.</summary>
    public string? OutputColumnName { get; set; }

    /// <summary>Name of an additional column with the generated pixels as a vector of <see cref="float"/>, 0 to 255. Null (default): as the model has it.</summary>
    public string? OutputPixelsColumnName { get; set; }

    /// <summary>Name of the column that says what an image shows. Null (default): the model's own.</summary>
    public string? ConditionColumnName { get; set; }

    /// <summary>Name of the column that says what guidance leads away from. Null (default): the model's own, if it has one.</summary>
    public string? NegativePromptColumnName { get; set; }

    /// <summary>Name of an integer column that seeds each row's image. Null (default): the model's own, if it has one.</summary>
    public string? SeedColumnName { get; set; }

    /// <summary>Name of a Boolean column that asks for a portrait. Null (default): the model's own, if it has one.</summary>
    public string? PortraitColumnName { get; set; }

    /// <summary>Name of a column with images to start from (<see cref="SamplingOptions.Strength"/>). Null (default): the model's own, if it has one.</summary>
    public string? InputImageColumnName { get; set; }

    /// <summary>Name of a column with masks, whose black part keeps the image to start from. Null (default): the model's own, if it has one.</summary>
    public string? MaskColumnName { get; set; }

    /// <summary>Where to compute. Default: the GPU if there is one that ONNX Runtime can use, else the CPU. Not saved with the transformer.</summary>
    [JsonIgnore]
    public OnnxDevice Device { get; set; } = OnnxDevice.Auto;

    /// <summary>Index of the GPU, 0 (default) or more. Not saved with the transformer.</summary>
    [JsonIgnore]
    public int DeviceIndex { get; set; }

    /// <summary>Threads for computing on the CPU, 1 or more. Null (default): one per core. Not saved with the transformer.</summary>
    [JsonIgnore]
    public int? Threads { get; set; }

    /// <summary>
    /// Sessions of ONNX Runtime as you want them, with DirectML or another execution provider; <see cref="Device"/>, <see cref="DeviceIndex"/> and
    /// <see cref="Threads"/> do not count then. Yours: it must live until the transformer has been fitted. Not saved with the transformer.
    /// </summary>
    [JsonIgnore]
    public SessionOptions? SessionOptions { get; set; }

    internal OnnxGenerationOptions Clone()
    {
        var copy = (OnnxGenerationOptions)MemberwiseClone();
        copy.Sampling = Sampling?.Clone();
        return copy;
    }

    /// <summary>A model's options with these in the place of its own.</summary>
    internal SimpleDiffusionOptions ApplyTo(SimpleDiffusionOptions model)
    {
        var options = model.Clone();
        options.Sampling = Sampling?.Clone() ?? options.Sampling;
        options.OutputColumnName = OutputColumnName ?? options.OutputColumnName;
        options.OutputPixelsColumnName = OutputPixelsColumnName ?? options.OutputPixelsColumnName;
        options.ConditionColumnName = ConditionColumnName ?? options.ConditionColumnName;
        options.NegativePromptColumnName = NegativePromptColumnName ?? options.NegativePromptColumnName;
        options.SeedColumnName = SeedColumnName ?? options.SeedColumnName;
        options.PortraitColumnName = PortraitColumnName ?? options.PortraitColumnName;
        options.InputImageColumnName = InputImageColumnName ?? options.InputImageColumnName;
        options.MaskColumnName = MaskColumnName ?? options.MaskColumnName;
        return options;
    }
}
