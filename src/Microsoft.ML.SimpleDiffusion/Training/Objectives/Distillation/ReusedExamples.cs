namespace Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;

/// <summary>
/// Examples that are used several times: rounds over the batches of a few steps, then of the next few. Which batch a step uses follows from the step alone, so
/// that a run that goes on makes again what it has lost.
/// </summary>
/// <param name="uses">How often each is used, 1 or more.</param>
internal sealed class ReusedExamples(int uses) : IDisposable
{
    /// <summary>Steps whose batches are held at once.</summary>
    private const int Window = 16;

    private readonly Dictionary<(long Step, int MicroStep), JumpExamples> _held = [];
    private long _first = -1;

    /// <summary>The step whose batch is used at a step.</summary>
    public static long Source(long step, int uses)
    {
        long first = step - (step % ((long)Window * uses));
        return first + ((step - first) % Window);
    }

    /// <summary>The examples of a step, which stay the store's.</summary>
    /// <param name="step">The step.</param>
    /// <param name="microStep">Forward pass within it.</param>
    /// <param name="make">Makes the examples of the step that it is given. They become the store's.</param>
    public JumpExamples Get(long step, int microStep, Func<long, JumpExamples> make)
    {
        long source = Source(step, uses), first = step - (step % ((long)Window * uses));
        if (first != _first)
        {
            Clear();
            _first = first;
        }

        if (!_held.TryGetValue((source, microStep), out var examples))
        {
            _held[(source, microStep)] = examples = make(source).Keep();
        }

        return examples;
    }

    public void Dispose() => Clear();

    private void Clear()
    {
        foreach (var examples in _held.Values)
        {
            examples.Dispose();
        }

        _held.Clear();
    }
}
