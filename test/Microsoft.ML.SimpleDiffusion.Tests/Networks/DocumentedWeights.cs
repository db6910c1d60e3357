namespace Microsoft.ML.SimpleDiffusion.Tests.Networks;

/// <summary>Every key and shape of docs/weights.md, written down from that page and not from the modules.</summary>
internal static class DocumentedWeights
{
    public static Dictionary<string, long[]> Of(NetworkSpecification s)
    {
        var weights = new Dictionary<string, long[]>();
        int e = s.EmbeddingChannels, p = s.PatchedChannels, top = s.BaseChannels * s.ChannelMultipliers[0];
        AddLayer(weights, "embedding.dense1", [e, s.BaseChannels]);
        AddLayer(weights, "embedding.dense2", [e, e]);
        if (s.ClassCount > 0)
        {
            weights["embedding.classes.weight"] = [s.ClassCount + 1, e];
        }

        if (s.Text is not null)
        {
            AddText(weights, s.Text, e);
        }

        if (s.Patching == PatchingType.Convolution)
        {
            AddLayer(weights, "patching.fold", [p, s.ImageChannels, s.PatchSize, s.PatchSize]);
            weights["patching.unfold.weight"] = [p, s.ImageChannels, s.PatchSize, s.PatchSize];
            weights["patching.unfold.bias"] = [s.ImageChannels];
        }

        AddLayer(weights, "input", [top, p, 3, 3]);
        AddNorm(weights, "output.norm", top);
        AddLayer(weights, "output.conv", [p, top, 3, 3]);
        if (s.Architecture == NetworkArchitecture.UVit)
        {
            AddUVit(weights, s);
        }
        else
        {
            AddUNet(weights, s);
        }

        return weights;
    }

    private static void AddUVit(Dictionary<string, long[]> weights, NetworkSpecification s)
    {
        int last = s.ChannelMultipliers.Count - 1, c = s.BaseChannels * s.ChannelMultipliers[last];
        for (int i = 0; i < last; i++)
        {
            if (s.Height >> i <= s.TransformerFromResolution)
            {
                AddTransformerStage(weights, s, i);
            }
            else
            {
                AddStage(weights, s, i, blocksUp: s.BlocksPerLevel[i], attends: false);
            }
        }

        weights["position_embedding"] = [(s.Height >> last) * (s.Width >> last), c];
        for (int j = 0; j < s.TransformerBlocks; j++)
        {
            AddTransformerBlock(weights, $"transformer.{j}", s, c);
        }
    }

    private static void AddText(Dictionary<string, long[]> weights, TextSpecification s, int e)
    {
        int w = s.Width;
        AddLayer(weights, "embedding.text", [e, w]);
        AddNorm(weights, "text.norm", w);
        if (s.EmbeddingWidth > 0)
        {
            AddLayer(weights, "text.project", [w, s.EmbeddingWidth]);
            weights["text.no_text.weight"] = [1, w];
            return;
        }

        weights["text.tokens.weight"] = [257, w];
        weights["text.positions.weight"] = [s.MaxLength, w];
        for (int j = 0; j < s.Depth; j++)
        {
            AddAttention(weights, $"text.blocks.{j}.attention", w, s.Heads);
            weights[$"text.blocks.{j}.norm.weight"] = [w];
            AddLayer(weights, $"text.blocks.{j}.expand", [4 * w, w]);
            AddLayer(weights, $"text.blocks.{j}.contract", [w, 4 * w]);
        }
    }

    private static void AddTransformerStage(Dictionary<string, long[]> weights, NetworkSpecification s, int level)
    {
        int c = s.BaseChannels * s.ChannelMultipliers[level], below = s.BaseChannels * s.ChannelMultipliers[level + 1];
        weights[$"down.{level}.position_embedding"] = [(s.Height >> level) * (s.Width >> level), c];
        for (int j = 0; j < s.BlocksPerLevel[level]; j++)
        {
            AddTransformerBlock(weights, $"down.{level}.blocks.{j}.transformer", s, c);
            AddTransformerBlock(weights, $"up.{level}.blocks.{j}.transformer", s, c);
            weights[$"up.{level}.blocks.{j}.transformer.mlp.skip_norm.weight"] = [c];
        }

        AddLayer(weights, $"down.{level}.downsample.conv", [below, c, 1, 1]);
        AddLayer(weights, $"up.{level}.upsample.conv", [c, below, 1, 1]);
    }

    private static void AddTransformerBlock(Dictionary<string, long[]> weights, string block, NetworkSpecification s, int c)
    {
        weights[$"{block}.mlp.norm.weight"] = [c];
        AddLayer(weights, $"{block}.mlp.expand", [4 * c, c]);
        AddLayer(weights, $"{block}.mlp.film", [8 * c, s.EmbeddingChannels]);
        AddLayer(weights, $"{block}.mlp.contract", [c, 4 * c]);
        AddAttention(weights, $"{block}.attention", c, s.AttentionHeads);
        AddCrossAttention(weights, $"{block}.cross_attention", s, c);
    }

    private static void AddUNet(Dictionary<string, long[]> weights, NetworkSpecification s)
    {
        int last = s.ChannelMultipliers.Count - 1, c = s.BaseChannels * s.ChannelMultipliers[last];
        for (int i = 0; i <= last; i++)
        {
            AddStage(weights, s, i, blocksUp: s.BlocksPerLevel[i] + 1, attends: s.AttentionResolutions.Contains(s.Height >> i));
        }

        AddResBlock(weights, "middle1", c, s.EmbeddingChannels, hasSkip: false);
        AddAttention(weights, "middle_attention.self", c, s.AttentionHeads);
        AddCrossAttention(weights, "middle_attention.cross", s, c);
        AddResBlock(weights, "middle2", c, s.EmbeddingChannels, hasSkip: false);
    }

    private static void AddStage(Dictionary<string, long[]> weights, NetworkSpecification s, int level, int blocksUp, bool attends)
    {
        int c = s.BaseChannels * s.ChannelMultipliers[level];
        foreach (var (side, count) in new[] { ("down", s.BlocksPerLevel[level]), ("up", blocksUp) })
        {
            for (int j = 0; j < count; j++)
            {
                AddResBlock(weights, $"{side}.{level}.blocks.{j}", c, s.EmbeddingChannels, hasSkip: side == "up");
                if (attends)
                {
                    AddAttention(weights, $"{side}.{level}.attention.{j}.self", c, s.AttentionHeads);
                    AddCrossAttention(weights, $"{side}.{level}.attention.{j}.cross", s, c);
                }
            }
        }

        if (level < s.ChannelMultipliers.Count - 1)
        {
            int below = s.BaseChannels * s.ChannelMultipliers[level + 1];
            AddLayer(weights, $"down.{level}.downsample.conv", [below, c, 1, 1]);
            AddLayer(weights, $"up.{level}.upsample.conv", [c, below, 1, 1]);
        }
    }

    private static void AddResBlock(Dictionary<string, long[]> weights, string key, int c, int e, bool hasSkip)
    {
        AddNorm(weights, $"{key}.norm1", c);
        AddNorm(weights, $"{key}.norm2", c);
        if (hasSkip)
        {
            AddNorm(weights, $"{key}.skip_norm", c);
        }

        AddLayer(weights, $"{key}.conv1", [c, c, 3, 3]);
        AddLayer(weights, $"{key}.conv2", [c, c, 3, 3]);
        AddLayer(weights, $"{key}.film", [2 * c, e]);
    }

    private static void AddAttention(Dictionary<string, long[]> weights, string key, int c, int heads)
    {
        weights[$"{key}.norm.weight"] = [c];
        AddLayer(weights, $"{key}.qkv", [3 * c, c]);
        AddNorm(weights, $"{key}.query_norm", c / heads);
        AddNorm(weights, $"{key}.key_norm", c / heads);
        AddLayer(weights, $"{key}.output", [c, c]);
    }

    private static void AddCrossAttention(Dictionary<string, long[]> weights, string key, NetworkSpecification s, int c)
    {
        if (s.Text is null)
        {
            return;
        }

        weights[$"{key}.norm.weight"] = [c];
        AddLayer(weights, $"{key}.query", [c, c]);
        AddLayer(weights, $"{key}.key_value", [2 * c, s.Text.Width]);
        AddNorm(weights, $"{key}.query_norm", c / s.AttentionHeads);
        AddNorm(weights, $"{key}.key_norm", c / s.AttentionHeads);
        AddLayer(weights, $"{key}.output", [c, c]);
    }

    private static void AddLayer(Dictionary<string, long[]> weights, string key, long[] shape)
    {
        weights[$"{key}.weight"] = shape;
        weights[$"{key}.bias"] = [shape[0]];
    }

    private static void AddNorm(Dictionary<string, long[]> weights, string key, int channels) => AddLayer(weights, key, [channels]);
}
