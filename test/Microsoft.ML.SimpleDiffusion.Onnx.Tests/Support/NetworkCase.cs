using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;

/// <summary>A network of some thousand weights, none of which is zero or one: in an untrained one the layers that start at zero hide what lies before them.</summary>
/// <param name="Architecture">Its kind.</param>
/// <param name="Patching">How patches are made.</param>
/// <param name="PatchLevels">How often.</param>
/// <param name="Condition">What it is conditioned on.</param>
/// <param name="Portrait">Whether it knows portraits.</param>
/// <param name="TransformerFromResolution">Height from which down it has transformer blocks above the lowest level; 0 for none.</param>
internal sealed record NetworkCase(
    NetworkArchitecture Architecture, PatchingType Patching = PatchingType.None, int PatchLevels = 0, ConditionKind Condition = ConditionKind.None, bool Portrait = false, int TransformerFromResolution = 0)
{
    public const int EmbeddingWidth = 6;

    /// <summary>Whether its edges meet.</summary>
    public bool Seamless { get; init; }

    /// <summary>Whether it is told a guidance scale.</summary>
    public bool HasGuidanceInput { get; init; }

    /// <summary>Whether it knows where each pixel is.</summary>
    public bool Coordinates { get; init; }

    /// <summary>Whether it has layers that training alone needs: of augmentation and of uncertainty.</summary>
    public bool HasTrainingLayers { get; init; }

    /// <summary>All kinds of networks, each thing at least once.</summary>
    public static IReadOnlyList<NetworkCase> All { get; } =
    [
        new(NetworkArchitecture.UVit),
        new(NetworkArchitecture.UVit, PatchingType.Dwt, 1, ConditionKind.Class),
        new(NetworkArchitecture.UVit, PatchingType.Dwt, 2, ConditionKind.Text, Portrait: true),
        new(NetworkArchitecture.UVit, PatchingType.Convolution, 1, ConditionKind.Embeddings, TransformerFromResolution: 8),
        new(NetworkArchitecture.ResidualUVit, PatchingType.None, 0, ConditionKind.Class, TransformerFromResolution: 16),
        new(NetworkArchitecture.ResidualUVit, PatchingType.Dwt, 1, ConditionKind.Text),
        new(NetworkArchitecture.ResidualUVit, PatchingType.Convolution, 2, ConditionKind.Class, Portrait: true),
        new(NetworkArchitecture.UNet),
        new(NetworkArchitecture.UNet, PatchingType.Dwt, 1, ConditionKind.Embeddings),
        new(NetworkArchitecture.UNet, PatchingType.None, 0, ConditionKind.Text, Portrait: true),
        new(NetworkArchitecture.UNet, PatchingType.Convolution, 1, ConditionKind.Class),
        new(NetworkArchitecture.UVit, PatchingType.None, 0, ConditionKind.Class) { Seamless = true },
        new(NetworkArchitecture.UNet, PatchingType.Convolution, 1) { Seamless = true },
        new(NetworkArchitecture.UVit, PatchingType.None, 0, ConditionKind.Class) { HasTrainingLayers = true },
        new(NetworkArchitecture.UVit, PatchingType.Dwt, 1, Portrait: true) { Coordinates = true },
        new(NetworkArchitecture.UNet, PatchingType.Convolution, 1, ConditionKind.Class) { Coordinates = true },
    ];

    private SimpleDiffusionOptions Options => new()
    {
        ConditionColumnName = Condition == ConditionKind.None ? null : "Label",
        ImageHeight = 16,
        ImageWidth = Portrait ? 32 : 16,
        Seed = 1,
        Network = new NetworkOptions
        {
            Architecture = Architecture,
            BaseChannels = 8,
            EmbeddingChannels = 16,
            ChannelMultipliers = [1, 2],
            BlocksPerLevel = Architecture == NetworkArchitecture.UNet ? [1, 2] : [2],
            ChannelsPerGroup = 4,
            TransformerBlocks = 2,
            AttentionHeads = 2,
            AttentionResolutions = [4, 8],
            Patching = Patching,
            PatchLevels = Patching == PatchingType.None ? null : PatchLevels,
            PortraitFlag = Portrait,
            Seamless = Seamless,
            Coordinates = Coordinates,
            TransformerFromResolution = TransformerFromResolution,
            TextEncoder = new TextEncoderOptions { Width = 16, Depth = 2, Heads = 2, MaxLength = 32 },
        },
        Training = new TrainingOptions { AugmentationShare = HasTrainingLayers ? 0.5 : 0 },
        Diffusion = new DiffusionOptions { LearnedUncertainty = HasTrainingLayers },
        Compute = new ComputeOptions { Device = ComputeDevice.Cpu, Precision = ComputePrecision.Float32 },
    };

    public override string ToString()
        => $"{Architecture} {Patching}{PatchLevels} {Condition}{(Portrait ? " portrait" : string.Empty)}{(TransformerFromResolution > 0 ? $" from{TransformerFromResolution}" : string.Empty)}{(Seamless ? " seamless" : string.Empty)}{(Coordinates ? " coordinates" : string.Empty)}{(HasTrainingLayers ? " with layers for training" : string.Empty)}";

    /// <summary>The configuration of a model with such a network.</summary>
    public ModelConfiguration Configure()
    {
        var condition = Condition switch
        {
            ConditionKind.Class => new ConditionDescription { Kind = Condition, ClassLabels = ["a", "b", "c"] },
            ConditionKind.Embeddings => new ConditionDescription { Kind = Condition, EmbeddingLength = 4, EmbeddingWidth = EmbeddingWidth },
            _ => new ConditionDescription { Kind = Condition },
        };
        return new ModelConfiguration { Options = OptionsResolver.Resolve(Options, hasGpu: false, seed: 1, Condition), Condition = condition with { HasGuidanceInput = HasGuidanceInput }, TrainedSteps = 1 };
    }

    /// <summary>A model with such a network, whose weights are random.</summary>
    public static DenoisingModel Create(ModelConfiguration configuration)
    {
        var model = new DenoisingModel(configuration.Options, configuration.Condition, ComputeTarget.Resolve(configuration.Options.Compute));
        using var guard = no_grad();
        manual_seed(3);
        foreach (var (name, weight) in model.Network.named_parameters())
        {
            bool isFactor = name.Contains("norm", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal);
            double deviation = weight.dim() > 1 ? 1 / Math.Sqrt((double)weight.numel() / weight.shape[0]) : 0.2;
            weight.normal_(isFactor ? 1 : 0, deviation);
        }

        model.Network.eval();
        return model;
    }
}
