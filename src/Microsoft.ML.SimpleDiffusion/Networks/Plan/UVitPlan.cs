namespace Microsoft.ML.SimpleDiffusion.Networks.Plan;

/// <summary>
/// The U-ViT of appendix B.2.1 ('uvit'): residual blocks on the higher levels, and a transformer at the lowest. Levels above may have transformer
/// blocks too (section 5.2). Skip connections enter every block of the way up, or, in the residual U-ViT, go around all that lies below a level:
/// x = Up(x - after_down) + before_down (Hoogeboom et al. 2024).
/// </summary>
internal static class UVitPlan
{
    /// <param name="s">Shape of the network.</param>
    /// <param name="skips">Skip connections.</param>
    /// <param name="textTokens">Tokens of one text.</param>
    public static NetworkPlan Create(NetworkSpecification s, SkipConnections skips, long textTokens)
    {
        var bottom = new LevelParts(s, s.Downsamplings, textTokens);
        return EndParts.Around(
            s,
            textTokens,
            ListPlan<DownStagePlan>.Of("down", s.Downsamplings, Down),
            new TransformerMiddlePlan(bottom.Positions(), ListPlan<TransformerBlockPlan>.Of("transformer", s.TransformerBlocks, i => bottom.Transformer($"{i}", hasSkip: false))),
            ListPlan<UpStagePlan>.Of("up", s.Downsamplings, Up));

        DownStagePlan Down(int level)
        {
            var parts = new LevelParts(s, level, textTokens);
            return new DownStagePlan(level, skips, s.IsTransformerLevel(level) ? parts.Positions() : null, Blocks(level, hasSkip: false), Attention: null, parts.Downsample());
        }

        UpStagePlan Up(int level)
            => new(level, skips, new LevelParts(s, level, textTokens).Upsample(), Blocks(level, hasSkip: skips == SkipConnections.EveryBlock), Attention: null);

        ListPlan<StageBlockPlan> Blocks(int level, bool hasSkip)
        {
            var parts = new LevelParts(s, level, textTokens);

            // 'Dropout is only applied in the transformer' (section 3.4), hence none in residual blocks.
            return ListPlan<StageBlockPlan>.Of("blocks", s.BlocksPerLevel[level], i => s.IsTransformerLevel(level)
                ? new SpatialTransformerPlan($"{i}", parts.Transformer("transformer", hasSkip))
                : parts.ResBlock($"{i}", hasSkip, dropout: 0));
        }
    }
}
