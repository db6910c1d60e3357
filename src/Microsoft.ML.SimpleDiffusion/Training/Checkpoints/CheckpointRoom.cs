using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>How much room on the disk the checkpoints of a run take.</summary>
internal static class CheckpointRoom
{
    /// <summary>Weights, their moving average and Adam's two moments.</summary>
    private const int NumbersPerWeight = 4;

    private const int PowerAverages = 2;

    /// <summary>Bytes of one checkpoint, but for the names in its header.</summary>
    /// <param name="training">What it holds.</param>
    /// <param name="parameters">Weights of the network.</param>
    public static long BytesEach(TrainingOptions training, long parameters) => parameters * (NumbersPerWeight + (training.PowerFunctionAverages ? PowerAverages : 0)) * sizeof(float);

    /// <summary>Bytes of the best weights, twice, since the old ones are removed only when the new ones are whole.</summary>
    public static long BytesOfBest(long parameters) => 2 * parameters * sizeof(float);

    /// <summary>
    /// How many checkpoints will lie in the folder beyond those that do: those to keep and one more, since an old one is removed only when the
    /// next is whole.
    /// </summary>
    /// <param name="training">How many are written and kept.</param>
    /// <param name="stepsDone">Where the run goes on.</param>
    /// <param name="existing">Checkpoints of the run that are there already.</param>
    public static long Additional(TrainingOptions training, long stepsDone, long existing)
    {
        long every = training.CheckpointEverySteps;
        long remaining = (training.LastStep - stepsDone + every - 1) / every;
        return remaining <= 0 ? 0 : Math.Clamp(training.CheckpointsToKeep + KeptForGood(training) + 1 - existing, 1, remaining);
    }

    /// <summary>Throws if the disk has less room than is needed; says nothing where the system does not tell.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="count">Checkpoints to come.</param>
    /// <param name="bytesEach">Bytes of each.</param>
    /// <param name="bytesBeside">Bytes of other files to come.</param>
    /// <exception cref="InvalidOperationException">There is too little room.</exception>
    public static void Require(string directory, long count, long bytesEach, long bytesBeside = 0)
    {
        if (FreeBytes(directory) is long free && free < (count * bytesEach) + bytesBeside)
        {
            throw new InvalidOperationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The disk of the checkpoint folder '{directory}' has {free / 1e6:N1} MB left, but {count} more {(count == 1 ? "checkpoint" : "checkpoints")} of {bytesEach / 1e6:N1} MB{(bytesBeside > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {bytesBeside / 1e6:N1} MB for the best weights") : string.Empty)} will lie there: make room, or lower Training.CheckpointsToKeep."),
                new IOException("There is not enough space on the disk."));
        }
    }

    /// <summary>Checkpoints are written at multiples of one number and kept at multiples of another; the last step always writes one.</summary>
    private static long KeptForGood(TrainingOptions training)
    {
        if (training.KeepCheckpointEverySteps is not int keep)
        {
            return 0;
        }

        long every = training.CheckpointEverySteps;
        long both = every / (long)BigInteger.GreatestCommonDivisor(every, keep) * keep;
        bool keepsLast = training.LastStep % keep == 0 && training.LastStep % every != 0;
        return (training.LastStep / both) + (keepsLast ? 1 : 0);
    }

    private static long? FreeBytes(string directory)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Network folders of Windows have no drive to ask.
            return null;
        }
    }
}
