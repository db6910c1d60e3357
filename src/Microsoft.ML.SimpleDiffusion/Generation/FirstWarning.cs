using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>Says of the first row what might be said of a million.</summary>
/// <param name="environment">Has the log.</param>
internal sealed class FirstWarning(IHostEnvironment environment)
{
    private bool _isSaid;

    /// <summary>Warns, if nothing has been warned of before. Safe to call from several threads.</summary>
    public void Say(string message)
    {
        if (!Interlocked.Exchange(ref _isSaid, true))
        {
            MLEnvironment.Warn(environment, message);
        }
    }
}
