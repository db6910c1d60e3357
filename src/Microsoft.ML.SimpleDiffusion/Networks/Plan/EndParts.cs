namespace Microsoft.ML.SimpleDiffusion.Networks.Plan;

/// <summary>Writes what all networks have around their levels.</summary>
internal static class EndParts
{
    /// <summary>The whole network.</summary>
    /// <param name="s">Its shape.</param>
    /// <param name="textTokens">Tokens of one text.</param>
    /// <param name="down">The way down.</param>
    /// <param name="middle">What lies between.</param>
    /// <param name="up">The way up.</param>
    public static NetworkPlan Around(NetworkSpecification s, long textTokens, ListPlan<DownStagePlan> down, MiddlePlan middle, ListPlan<UpStagePlan> up)
    {
        long pixels = (long)s.Height * s.Width;
        return new NetworkPlan
        {
            Specification = s,
            Embedding = new EmbeddingPlan(s.BaseChannels, s.EmbeddingChannels, s.ClassCount, s.HasPortraitFlag, s.Text?.Width),
            Patching = PatchingPlan.Of(s),
            Text = TextEncoderPlan.Of(s.Text, textTokens),
            Input = new ConvPlan("input", s.PatchedChannels, s.LevelChannels(0), 3, pixels),
            Down = down,
            Middle = middle,
            Up = up,
            Output = new OutputPlan(s.LevelChannels(0), s.PatchedChannels, pixels),
        };
    }
}
