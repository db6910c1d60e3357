using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>How the training of a trial to a rung ended. A file of its own, written once.</summary>
internal sealed record TrialRecord
{
    /// <summary>The sweep that it is of. Null in files of earlier versions, as the two digests are.</summary>
    public string? Sweep { get; init; }

    /// <summary>SHA-256 of the trial's options.</summary>
    public string? Options { get; init; }

    public required int Trial { get; init; }

    public required int Rung { get; init; }

    /// <summary>Values of the swept options, for people to read.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public required int Steps { get; init; }

    /// <summary>The metric; null if the trial failed.</summary>
    public double? Metric { get; init; }

    /// <summary>Why it failed, or null.</summary>
    public string? Error { get; init; }

    public required double Seconds { get; init; }

    /// <summary>SHA-256 of the record without this member.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether it says whose it is and that it is whole. Nothing is removed on the word of one that does not.</summary>
    [JsonIgnore]
    public bool IsSealed => Sha256 is not null;

    /// <summary>The record with its checksum.</summary>
    public TrialRecord Seal() => this with { Sha256 = Checksum() };

    /// <summary>One sentence about what is wrong with a record that has been read, or null.</summary>
    /// <param name="expected">A record of the same training, without a result.</param>
    public string? FindFault(TrialRecord expected)
    {
        if ((Trial, Rung) != (expected.Trial, expected.Rung))
        {
            return Invariant($"It is the record of trial {Trial} at rung {Rung}.");
        }

        if (Metric is double metric && !double.IsFinite(metric))
        {
            return Invariant($"Its metric is {metric}.");
        }

        if (Metric is null == Error is null || Steps != expected.Steps || !double.IsFinite(Seconds) || Seconds < 0)
        {
            return "It contradicts itself.";
        }

        if (!(Parameters.Count == expected.Parameters.Count && Parameters.All(value => expected.Parameters.TryGetValue(value.Key, out string? other) && other == value.Value)))
        {
            return "It is about other values of the options.";
        }

        bool isOfEarlierVersion = Sweep is null && Options is null && Sha256 is null;
        return isOfEarlierVersion ? null
            : Sha256 != Checksum() ? "It has been changed since it was written: its checksum is wrong."
            : (Sweep, Options) != (expected.Sweep, expected.Options) ? "It is of another sweep."
            : null;
    }

    private string Checksum() => Convert.ToHexStringLower(Digest.Of(JsonSerializer.Serialize(this with { Sha256 = null }, SweepStore.Json)));
}
