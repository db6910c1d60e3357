namespace Microsoft.ML.SimpleDiffusion;

/// <summary>A handler of progress. It is foreign code, whose mistakes must not cost a run: they are said once, and the run goes on.</summary>
/// <typeparam name="T">What is reported.</typeparam>
/// <param name="handler">The handler, or null.</param>
/// <param name="run">What goes on, such as "training".</param>
/// <param name="option">The option that has it.</param>
/// <param name="warn">Is told.</param>
internal sealed class GuardedProgress<T>(IProgress<T>? handler, string run, string option, Action<string> warn)
{
    private bool _hasWarned;

    public void Report(T value)
    {
        try
        {
            handler?.Report(value);
        }
        catch (Exception e)
        {
            if (!_hasWarned)
            {
                _hasWarned = true;
                warn($"The {run} goes on, but the handler in {option} failed: {e.Message}");
            }
        }
    }
}
