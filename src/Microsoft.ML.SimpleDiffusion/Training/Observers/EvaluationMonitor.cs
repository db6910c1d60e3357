namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>Follows one metric through a run: which evaluation was the best, and how long ago.</summary>
/// <param name="higherIsBetter">Whether a higher value is better.</param>
/// <param name="patience">Evaluations in a row without a better value that are too many; null: none are.</param>
internal sealed class EvaluationMonitor(bool higherIsBetter, int? patience)
{
    private double? _best;
    private int _sinceBest;

    /// <summary>Step of the best evaluation, or null if there has been none with a finite value.</summary>
    public long? BestStep { get; private set; }

    /// <summary>Whether there has been no better value for too long.</summary>
    public bool HasLostPatience => _sinceBest >= patience;

    /// <summary>Whether a value is better than all before. A value that is not finite never is, and an equal one is not.</summary>
    public bool IsBetter(double value)
        => double.IsFinite(value) && (_best is not double best || (higherIsBetter ? value > best : value < best));

    /// <summary>Takes note of an evaluation.</summary>
    /// <param name="step">Its step.</param>
    /// <param name="value">Value of the metric.</param>
    /// <param name="isBest">Whether it is the best so far, as <see cref="IsBetter"/> says or has said.</param>
    public void Add(long step, double value, bool isBest)
    {
        if (isBest)
        {
            (_best, BestStep, _sinceBest) = (value, step, 0);
        }
        else
        {
            _sinceBest++;
        }
    }

    /// <summary>Forgets the best, so that the next finite value is.</summary>
    public void Forget() => (_best, BestStep, _sinceBest) = (null, null, 0);
}
