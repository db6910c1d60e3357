using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>Networks of some thousand weights, and what they are conditioned on.</summary>
internal static class SmallNetwork
{
    public const int EmbeddingWidth = 6;

    /// <summary>Two levels of 8 and 16 channels with attention in both networks.</summary>
    public static SimpleDiffusionOptions Options(NetworkArchitecture architecture, int height = 16, int width = 16)
    {
        bool isUNet = architecture == NetworkArchitecture.UNet;
        return new SimpleDiffusionOptions
        {
            ImageHeight = height,
            ImageWidth = width,
            Network = new NetworkOptions
            {
                Architecture = architecture,
                BaseChannels = 8,
                EmbeddingChannels = 16,
                ChannelMultipliers = [1, 2],
                BlocksPerLevel = isUNet ? [1, 1] : [1],
                ChannelsPerGroup = 4,
                TransformerBlocks = 2,
                AttentionHeads = 2,
                AttentionResolutions = [4, 8],
                Patching = PatchingType.None,
                TextEncoder = new TextEncoderOptions { Width = 16, Depth = 2, Heads = 2, MaxLength = 32 },
            },
        };
    }

    public static ConditionDescription Condition(ConditionKind kind) => kind switch
    {
        ConditionKind.Embeddings => new ConditionDescription { Kind = kind, EmbeddingLength = 4, EmbeddingWidth = EmbeddingWidth },
        ConditionKind.Class => new ConditionDescription { Kind = kind, ClassLabels = ["a", "b", "c"] },
        _ => new ConditionDescription { Kind = kind },
    };

    /// <summary>Three rows, of which the second asks for nothing.</summary>
    public static RowCondition[] Rows(ConditionKind kind) => kind switch
    {
        ConditionKind.Text => [RowCondition.OfText("red"u8.ToArray()), RowCondition.None, RowCondition.OfText("blue above green"u8.ToArray())],
        ConditionKind.Embeddings => [RowCondition.OfEmbeddings([.. Enumerable.Range(1, EmbeddingWidth).Select(i => (float)i)]), RowCondition.None, RowCondition.OfEmbeddings([.. Enumerable.Range(-4, 3 * EmbeddingWidth).Select(i => (float)i)])],
        ConditionKind.Class => [RowCondition.OfClass(0), RowCondition.None, RowCondition.OfClass(1)],
        _ => new RowCondition[3],
    };

    /// <summary>A network with initial weights, in which the layers that start at zero, and would hide what lies before them, do not.</summary>
    public static DenoisingNetwork Create(NetworkSpecification specification)
    {
        var network = DenoisingNetwork.Create(specification, -15, 15, CPU);
        WeightInitializer.Initialize(network, seed: 5);
        MakeNonZero(network);
        return network;
    }

    /// <summary>Gives the layers that start at zero other weights.</summary>
    public static void MakeNonZero(DenoisingNetwork network)
    {
        using var guard = no_grad();
        manual_seed(6);
        foreach (var block in network.modules().OfType<IZeroInitialized>())
        {
            foreach (var parameter in block.ZeroInitialized.SelectMany(layer => layer.parameters()))
            {
                parameter.normal_(0, 0.1);
            }
        }
    }
}
