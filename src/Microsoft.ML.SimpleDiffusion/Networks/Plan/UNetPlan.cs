namespace Microsoft.ML.SimpleDiffusion.Networks.Plan;

/// <summary>
/// The U-Net of appendix B.1, in the form of Ho et al. 2020: n residual blocks per level on the way down and n + 1 on the way up, each with
/// a skip connection; self-attention at chosen resolutions and in the middle; dropout from a chosen resolution down (section 3.4).
/// </summary>
internal static class UNetPlan
{
    /// <param name="s">Shape of the network.</param>
    /// <param name="textTokens">Tokens of one text.</param>
    public static NetworkPlan Create(NetworkSpecification s, long textTokens)
    {
        // The input of each level is a skip connection too, which makes one more than the level has blocks.
        const SkipConnections skips = SkipConnections.EveryBlockAndLevel;
        int lowest = s.Downsamplings;
        var bottom = new LevelParts(s, lowest, textTokens);
        var middle = new ResidualMiddlePlan(
            bottom.ResBlock("middle1", hasSkip: false, DropoutAt(lowest)), bottom.SpatialAttention("middle_attention"), bottom.ResBlock("middle2", hasSkip: false, DropoutAt(lowest)));
        return EndParts.Around(
            s,
            textTokens,
            ListPlan<DownStagePlan>.Of("down", lowest + 1, level => new DownStagePlan(
                level, skips, Positions: null, Blocks(level, s.BlocksPerLevel[level], hasSkip: false), Attention(level, s.BlocksPerLevel[level]), Parts(level).Downsample())),
            middle,
            ListPlan<UpStagePlan>.Of("up", lowest + 1, level => new UpStagePlan(
                level, skips, Parts(level).Upsample(), Blocks(level, s.BlocksPerLevel[level] + 1, hasSkip: true), Attention(level, s.BlocksPerLevel[level] + 1))));

        LevelParts Parts(int level) => new(s, level, textTokens);

        double DropoutAt(int level) => s.LevelHeight(level) <= s.DropoutFromResolution ? s.Dropout : 0;

        ListPlan<StageBlockPlan> Blocks(int level, int count, bool hasSkip)
            => ListPlan<StageBlockPlan>.Of("blocks", count, i => Parts(level).ResBlock($"{i}", hasSkip, DropoutAt(level)));

        ListPlan<SpatialAttentionPlan>? Attention(int level, int count) => s.AttentionResolutions.Contains(s.LevelHeight(level))
            ? ListPlan<SpatialAttentionPlan>.Of("attention", count, i => Parts(level).SpatialAttention($"{i}"))
            : null;
    }
}
