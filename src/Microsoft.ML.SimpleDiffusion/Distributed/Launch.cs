using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion.Distributed;

/// <summary>What the variables of a launcher say of this process. Without them, or with one process, it is alone.</summary>
/// <param name="Launcher">Its name for messages.</param>
/// <param name="Rank">Number of this process, from 0.</param>
/// <param name="Size">How many processes there are.</param>
/// <param name="LocalRank">Number of this process on its machine, from 0.</param>
/// <param name="LocalSize">How many processes its machine has.</param>
/// <param name="Libraries">Files that the launcher's MPI may have.</param>
internal sealed record Launch(string Launcher, int Rank, int Size, int LocalRank, int LocalSize, IReadOnlyList<string> Libraries)
{
    /// <summary>Variable with the file of another MPI.</summary>
    public const string LibraryVariable = "SIMPLE_DIFFUSION_MPI";

    private static readonly string[] OpenMpi = ["libmpi.so.40", "libmpi.so.80"];
    private static readonly string[] Mpich = ["libmpich.so.12", "libmpi.so.12"];

    /// <summary>Reads the variables.</summary>
    /// <param name="variable">Gives the value of an environment variable, or null.</param>
    /// <returns>Null if this process is alone.</returns>
    public static Launch? Find(Func<string, string?> variable)
    {
        var launch = OfOpenMpi(variable) ?? OfHydra(variable) ?? OfSlurm(variable);
        if (launch is not { Size: > 1 } || launch.Rank < 0 || launch.Rank >= launch.Size)
        {
            return null;
        }

        return variable(LibraryVariable) is string library ? launch with { Libraries = [library] } : launch;
    }

    private static Launch? OfOpenMpi(Func<string, string?> variable) => Number(variable, "OMPI_COMM_WORLD_SIZE") is int size && Number(variable, "OMPI_COMM_WORLD_RANK") is int rank
        ? new Launch("Open MPI's mpirun", rank, size, Number(variable, "OMPI_COMM_WORLD_LOCAL_RANK") ?? 0, Number(variable, "OMPI_COMM_WORLD_LOCAL_SIZE") ?? 1, OpenMpi)
        : null;

    /// <summary>Hydra launches MPICH, Intel MPI and MVAPICH.</summary>
    private static Launch? OfHydra(Func<string, string?> variable) => Number(variable, "PMI_SIZE") is int size && Number(variable, "PMI_RANK") is int rank
        ? new Launch("MPICH's mpirun", rank, size, Number(variable, "MPI_LOCALRANKID") ?? Number(variable, "SLURM_LOCALID") ?? 0, Number(variable, "MPI_LOCALNRANKS") ?? 1, Mpich)
        : null;

    /// <summary>A script of SLURM has its variables, too: those of PMIx has only what srun starts.</summary>
    private static Launch? OfSlurm(Func<string, string?> variable)
        => Number(variable, "PMIX_RANK") is int rank && (Number(variable, "SLURM_STEP_NUM_TASKS") ?? Number(variable, "SLURM_NTASKS")) is int size
            ? new Launch("SLURM's srun", rank, size, Number(variable, "SLURM_LOCALID") ?? 0, TasksHere(variable("SLURM_STEP_TASKS_PER_NODE")), [.. OpenMpi, .. Mpich])
            : null;

    /// <summary>Of a list such as 4(x2),3 the first.</summary>
    private static int TasksHere(string? list)
        => list is not null && int.TryParse(new string([.. list.TakeWhile(char.IsAsciiDigit)]), CultureInfo.InvariantCulture, out int tasks) ? tasks : 1;

    private static int? Number(Func<string, string?> variable, string name)
        => int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
