namespace Microsoft.ML.SimpleDiffusion.Experiments.Judging;

/// <summary>Shares of pictures, 0 to 1.</summary>
internal sealed record Score(int Count, double Right, double Colours, double Shapes, double Relation, double Sizes)
{
    /// <summary>Shares of some judgements.</summary>
    public static Score Of(IReadOnlyList<Judgement> judgements)
    {
        return new Score(
            judgements.Count,
            Share(judgement => judgement.IsRight),
            Share(judgement => judgement.Colours),
            Share(judgement => judgement.Shapes),
            Share(judgement => judgement.Relation),
            Share(judgement => judgement.Sizes));

        double Share(Func<Judgement, bool> isTrue) => (double)judgements.Count(isTrue) / judgements.Count;
    }
}
