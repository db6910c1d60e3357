using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Distributed;

/// <summary>
/// This process as one of several that a launcher has started, while it trains. MPI belongs to the process: it is started by the first training and ended with the
/// process, which tells the launcher whether all went well.
/// </summary>
internal sealed class LaunchedProcess : IDisposable
{
    private static readonly TimeSpan HeadStart = TimeSpan.FromSeconds(3);
    private static readonly Lock Starting = new();
    private static MpiLibrary? library;
    private static int trainings;

    private LaunchedProcess(Launch launch, MpiLibrary mpi, TimeSpan patience)
    {
        Ranks = new Ranks(new MpiTransport(mpi, patience)) { LocalIndex = launch.LocalRank, LocalCount = launch.LocalSize };
        Interlocked.Increment(ref trainings);
    }

    /// <summary>The ranks that the launcher has started.</summary>
    public Ranks Ranks { get; }

    /// <summary>Joins the other processes for a training.</summary>
    /// <param name="patience">How long ranks wait for each other.</param>
    /// <returns>Null if this process is alone.</returns>
    /// <exception cref="InvalidOperationException">The launcher's MPI cannot be loaded.</exception>
    public static LaunchedProcess? Join(TimeSpan patience)
        => Launch.Find(Environment.GetEnvironmentVariable) is { } launch ? new LaunchedProcess(launch, Start(launch), patience) : null;

    public void Dispose() => Interlocked.Decrement(ref trainings);

    private static MpiLibrary Start(Launch launch)
    {
        lock (Starting)
        {
            if (library is null)
            {
                library = MpiLibrary.Start(launch.Libraries) ?? throw Missing(launch);
                AppDomain.CurrentDomain.ProcessExit += (_, _) => End();
                AppDomain.CurrentDomain.UnhandledException += (_, e) => EndAll(((Exception)e.ExceptionObject).Message);
            }

            if (library.Size != launch.Size || library.Rank != launch.Rank)
            {
                throw new InvalidOperationException(
                    $"This process is rank {launch.Rank} of {launch.Size} to {launch.Launcher}, and rank {library.Rank} of {library.Size} to the MPI that was loaded ({string.Join(" or ", launch.Libraries)}): both must be of one installation.");
            }

            return library;
        }
    }

    /// <summary>The first rank tells; the launcher ends the others with it.</summary>
    private static InvalidOperationException Missing(Launch launch)
    {
        if (launch.Rank > 0)
        {
            Thread.Sleep(HeadStart);
        }

        return new InvalidOperationException(
            $"{launch.Launcher} has started {launch.Size} processes, and none of {string.Join(", ", launch.Libraries)} can be loaded to join them: install the launcher's MPI, or start one process without it.");
    }

    private static void End()
    {
        if (trainings > 0)
        {
            EndAll("the process left in the middle of a training.");
        }

        library!.Finish();
    }

    private static void EndAll(string reason) => new MpiTransport(library!, TimeSpan.Zero).Abort(reason);
}
