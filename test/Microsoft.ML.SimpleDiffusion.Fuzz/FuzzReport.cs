using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion.Fuzz;

/// <summary>What came of feeding a target.</summary>
public sealed record FuzzReport
{
    public required string Target { get; init; }

    public required int Inputs { get; init; }

    public required TimeSpan Time { get; init; }

    /// <summary>Inputs that were read without an exception.</summary>
    public required int Accepted { get; init; }

    /// <summary>Number of inputs that were refused, by type of exception.</summary>
    public required IReadOnlyDictionary<string, int> Refused { get; init; }

    public required long PeakManagedBytes { get; init; }

    /// <summary>Of the whole process, the targets before included.</summary>
    public required long PeakResidentBytes { get; init; }

    /// <summary>Processor time of the slowest input.</summary>
    public required TimeSpan Slowest { get; init; }

    public required int SlowestIteration { get; init; }

    /// <summary>Inputs that mutations start from in the end: more than in the beginning where branches are seen.</summary>
    public required int Corpus { get; init; }

    /// <summary>A line for everything that must not be, with what reproduces it.</summary>
    public required IReadOnlyList<string> Findings { get; init; }

    public override string ToString()
    {
        string refused = string.Concat(Refused.OrderByDescending(pair => pair.Value).Select(pair => string.Create(CultureInfo.InvariantCulture, $", {pair.Key} {pair.Value:N0}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Target}: {Inputs:N0} inputs, {Inputs / Time.TotalSeconds:N0}/s, accepted {Accepted:N0}{refused}; peak {PeakManagedBytes / 1e6:N0} MB managed, {PeakResidentBytes / 1e6:N0} MB resident; slowest {Slowest.TotalMilliseconds:N1} ms (iteration {SlowestIteration}); corpus {Corpus:N0}; {Findings.Count} findings");
    }
}
