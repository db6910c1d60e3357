using System.Numerics;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>What the command line says.</summary>
internal sealed record Settings
{
    public const int LargestSize = 512;

    /// <summary>Training pictures, a folder per class.</summary>
    public required DirectoryInfo Images { get; init; }

    /// <summary>Held-out pictures, a folder per class; needed unless only speed is measured.</summary>
    public DirectoryInfo? Validation { get; init; }

    public required DirectoryInfo Output { get; init; }

    /// <summary>Number of a table, or "all".</summary>
    public required string Table { get; init; }

    /// <summary>Names of the variants to run; empty: all.</summary>
    public required IReadOnlyList<string> Variants { get; init; }

    public required Scale Scale { get; init; }

    public int? Threads { get; init; }

    public required bool SpeedOnly { get; init; }

    public required int Rounds { get; init; }

    public required int SecondsPerRound { get; init; }

    /// <summary>The tables asked for.</summary>
    public IReadOnlyList<AblationTable> Tables => Ablations.Tables.For(Scale.Size)
        .Where(table => Table == "all" || Table == $"{table.Number}")
        .Select(table => table with { Variants = [.. table.Variants.Where(variant => Variants.Count == 0 || Variants.Contains(variant.Name))] })
        .Where(table => table.Variants.Count > 0)
        .ToList();

    /// <summary>The options that all variants begin with.</summary>
    public SimpleDiffusionOptions ToOptions()
    {
        var options = new SimpleDiffusionOptions
        {
            ImageColumnName = nameof(Picture.Pixels),
            ConditionColumnName = nameof(Picture.Label),
            OutputPixelsColumnName = nameof(GeneratedRow.GeneratedPixels),
            ImageHeight = Scale.Size,
            ImageWidth = Scale.Size,
            Seed = Scale.Seed,
        };
        options.Network.BaseChannels = Scale.BaseChannels;
        options.Diffusion.Loss = Scale.Loss;
        options.Training.BatchSize = Scale.Batch;
        options.Training.LearningRate = Scale.LearningRate;
        options.Training.LearningRateDecay = LearningRateDecay.Cosine;
        options.Training.EmaDecay = 0.995;
        options.Training.RandomHorizontalFlip = true;
        options.Sampling.Sampler = SamplerType.DpmSolverPlusPlus2M;
        options.Sampling.Steps = Scale.SamplingSteps;
        options.Compute.Precision = Scale.Precision;
        options.Compute.Threads = Threads;
        return options;
    }

    /// <summary>Checks what the command line's own types leave open.</summary>
    /// <exception cref="ArgumentException">A setting is out of range, or two contradict each other.</exception>
    public void Validate()
    {
        Require(
            BitOperations.IsPow2(Scale.Size) && Scale.Size is >= Ablations.Tables.SmallestSize and <= LargestSize,
            $"--size must be a power of two from {Ablations.Tables.SmallestSize} to {LargestSize}, not {Scale.Size}.");
        Require(Tables.Count > 0, $"No variant matches --table {Table} and --variants {string.Join(", ", Variants)}.");
        Require(SpeedOnly || Validation is not null, "--validation must name a folder of held-out pictures, unless --speed-only is given.");
        Require(SpeedOnly || (Scale.Steps is null) != (Scale.Minutes is null), "Either --steps or --minutes must be given.");
        Require(Scale.Steps is null or > 0 && Scale.Minutes is null or > 0, "--steps and --minutes must be above 0.");
        Require(Scale.Samples >= 2, "--samples must be 2 or more.");
        Require(Rounds >= 1 && SecondsPerRound >= 1, "--rounds and --round-seconds must be 1 or more.");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }
}
