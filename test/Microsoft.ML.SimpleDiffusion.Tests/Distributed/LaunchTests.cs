using Microsoft.ML.SimpleDiffusion.Distributed;

namespace Microsoft.ML.SimpleDiffusion.Tests.Distributed;

[TestClass]
public class LaunchTests
{
    [TestMethod]
    public void Process_without_a_launcher_is_alone() => Assert.IsNull(Find());

    [TestMethod]
    [DataRow("OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_LOCAL_RANK=1 OMPI_COMM_WORLD_LOCAL_SIZE=2", "Open MPI's mpirun", 3, 4, 1, 2)]
    [DataRow("PMI_SIZE=2 PMI_RANK=1 MPI_LOCALRANKID=1 MPI_LOCALNRANKS=2", "MPICH's mpirun", 1, 2, 1, 2)]
    [DataRow("PMI_SIZE=2 PMI_RANK=1 SLURM_LOCALID=0", "MPICH's mpirun", 1, 2, 0, 1)]
    [DataRow("PMIX_RANK=5 SLURM_STEP_NUM_TASKS=8 SLURM_LOCALID=1 SLURM_STEP_TASKS_PER_NODE=4(x2)", "SLURM's srun", 5, 8, 1, 4)]
    public void Launchers_say_who_a_process_is(string variables, string launcher, int rank, int size, int localRank, int localSize)
    {
        var launch = Find(variables.Split(' '));

        Assert.IsNotNull(launch);
        Assert.AreEqual((launcher, rank, size, localRank, localSize), (launch.Launcher, launch.Rank, launch.Size, launch.LocalRank, launch.LocalSize));
    }

    [TestMethod]
    [DataRow("OMPI_COMM_WORLD_SIZE=1 OMPI_COMM_WORLD_RANK=0")]
    [DataRow("OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=2")]
    [DataRow("OMPI_COMM_WORLD_SIZE=two OMPI_COMM_WORLD_RANK=0")]
    [DataRow("PMI_SIZE=2")]
    public void One_process_or_nonsense_is_alone(string variables) => Assert.IsNull(Find(variables.Split(' ')));

    [TestMethod]
    public void Library_can_be_named()
        => CollectionAssert.AreEqual(new[] { "/opt/libmpi.so" }, Find("PMI_SIZE=2", "PMI_RANK=0", "SIMPLE_DIFFUSION_MPI=/opt/libmpi.so")!.Libraries.ToArray());

    [TestMethod]
    public void Script_of_slurm_itself_is_alone() => Assert.IsNull(Find("SLURM_NTASKS=4", "SLURM_PROCID=0", "SLURM_LOCALID=0"));

    private static Launch? Find(params string[] variables)
    {
        var values = variables.Select(variable => variable.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        return Launch.Find(values.GetValueOrDefault);
    }
}
