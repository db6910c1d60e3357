using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>Runs that pause and go on from their checkpoints.</summary>
internal static class PausedRuns
{
    /// <summary>Asserts that they have the weights of a run that does not pause, bit for bit.</summary>
    /// <param name="context">The context.</param>
    /// <param name="pauses">Steps to pause at.</param>
    /// <param name="run">Options of a run that pauses at a step, or does not, with checkpoints in a folder, or without.</param>
    /// <returns>The weights.</returns>
    public static byte[] AssertSameWeights(MLContext context, IEnumerable<int> pauses, Func<int?, string?, SimpleDiffusionOptions> run)
    {
        using var folder = new TemporaryFolder();
        byte[] expected = WeightBytes.OfTrained(context, run(null, null));
        foreach (int pause in pauses)
        {
            string directory = folder.File($"{pause}");
            _ = WeightBytes.OfTrained(context, run(pause, directory));
            CollectionAssert.AreEqual(expected, WeightBytes.OfTrained(context, run(null, directory)), $"pause at {pause}");
        }

        return expected;
    }
}
