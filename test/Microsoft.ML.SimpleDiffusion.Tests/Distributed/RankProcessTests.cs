using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Tests.Distributed;

/// <summary>Trainings on ranks that a launcher of MPI has started.</summary>
[TestClass]
public class RankProcessTests
{
    private const string OpenMpi = "mpirun.openmpi";
    private const string Mpich = "mpirun.mpich";
    private const string Checkpoint = "checkpoint-00000006.safetensors";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Weights_moments_and_averages_have_the_bits_of_one_process_on_both_mpis_and_through_restarts_with_other_numbers_of_ranks()
    {
        using var folder = new TemporaryFolder();
        byte[] alone = Train(folder.File("one"), 6, command => TestHostProcess.Run(command).ExitCode);

        CollectionAssert.AreEqual(alone, Train(folder.File("mpich"), 6, command => RankedProcesses.Run(Mpich, 2, command).ExitCode));
        CollectionAssert.AreEqual(alone, Train(folder.File("openmpi"), 6, command => RankedProcesses.Run(OpenMpi, 4, command).ExitCode));
        _ = Train(folder.File("elastic"), 2, command => RankedProcesses.Run(OpenMpi, 2, command).ExitCode);
        _ = Train(folder.File("elastic"), 4, command => RankedProcesses.Run(Mpich, 4, command).ExitCode);
        CollectionAssert.AreEqual(alone, Train(folder.File("elastic"), 6, command => TestHostProcess.Run(command).ExitCode));
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.File("one/model/model.safetensors")), File.ReadAllBytes(folder.File("openmpi/model/model.safetensors")));

        byte[] Train(string checkpoints, int stopAt, Func<string[], int> run)
        {
            Assert.AreEqual(0, run(["train-on-ranks", checkpoints, "6", $"{stopAt}"]));
            string whole = Path.Combine(checkpoints, Checkpoint);
            return File.Exists(whole) ? File.ReadAllBytes(whole) : [];
        }
    }

    [TestMethod]
    public void Student_has_the_bits_of_one_process()
    {
        using var folder = new TemporaryFolder();
        Assert.AreEqual(0, TestHostProcess.Run(["train-on-ranks", folder.File("teacher"), "2", "2"]).ExitCode);
        string teacher = folder.File("teacher/model");

        Assert.AreEqual(0, TestHostProcess.Run(["distill-on-ranks", teacher, folder.File("one")]).ExitCode);
        var (exitCode, errors) = RankedProcesses.Run(OpenMpi, 2, "distill-on-ranks", teacher, folder.File("two"));

        Assert.AreEqual(0, exitCode, errors);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.File("one/model/model.safetensors")), File.ReadAllBytes(folder.File("two/model/model.safetensors")));
    }

    [TestMethod]
    [DataRow("throw", 3, "Rank 1 of 2 cannot go on, and all ranks end: The program made a mistake.")]
    [DataRow("kill", 3, "rank 1")]
    [DataRow("exit", 3, "Rank 1 of 2 cannot go on, and all ranks end: the process left in the middle of a training.")]
    [DataRow("hang", 8, "Rank 0 of 2 cannot go on, and all ranks end: No sign of rank 1 in 5 seconds")]
    public void Lost_rank_ends_all_and_leaves_the_last_checkpoint_whole(string fault, int seconds, string message)
    {
        using var folder = new TemporaryFolder();

        var (exitCode, errors) = RankedProcesses.Run(OpenMpi, 2, "suffer-on-ranks", folder.Path, fault);

        var taken = DateTime.UtcNow - File.GetLastWriteTimeUtc(folder.File("fault"));
        TestContext.WriteLine($"{taken.TotalSeconds:F1} seconds");
        Assert.AreNotEqual(0, exitCode);
        StringAssert.Contains(errors, message);

        // Twice the time, because the machines of tests are busy.
        Assert.IsLessThan(TimeSpan.FromSeconds(2 * seconds), taken);
        string newest = Directory.GetFiles(folder.Path, "checkpoint-*.safetensors").Order(StringComparer.Ordinal).Last();
        Assert.IsNotNull(CheckpointFile.ReadConfiguration(newest));
        CheckpointStore.Open(folder.Path).Dispose();
    }

    [TestMethod]
    public void Mistake_that_one_rank_meets_is_told_by_it()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, errors) = RankedProcesses.Run(OpenMpi, 2, "suffer-on-ranks", folder.Path, "data");

        Assert.AreNotEqual(0, exitCode);
        StringAssert.Contains(errors, "Rank 1 of 2 cannot go on, and all ranks end: Row 5: cannot read the image");
    }

    [TestMethod]
    [DataRow("steps", "Rank 1 has other options than rank 0: options.training.steps is 2 there and 3 here.")]
    [DataRow("folder", "Rank 1 has other options than rank 0: no folder of checkpoints, in place of a folder of checkpoints.")]
    [DataRow("leaves", "2 ranks cannot share the 1 batches of a step: set Training.GradientAccumulation to 2")]
    public void Mistake_that_all_ranks_meet_is_told_once(string how, string message)
    {
        using var folder = new TemporaryFolder();

        var (exitCode, errors) = RankedProcesses.Run(OpenMpi, 2, "differ-on-ranks", folder.Path, how);

        Assert.AreNotEqual(0, exitCode);
        StringAssert.Contains(errors, $"Rank 0 of 2 cannot go on, and all ranks end: {message}");
        Assert.AreEqual(1, errors.Split("cannot go on").Length - 1, errors);
        Assert.IsFalse(errors.Contains("Unhandled exception", StringComparison.Ordinal), errors);
    }

    [TestMethod]
    public void Launcher_without_its_library_is_named()
    {
        using var folder = new TemporaryFolder();

        // Variables of PMIx as SLURM sets them, and no MPI that the process could load.
        var (exitCode, _, errors) = TestHostProcess.Run(
            ["differ-on-ranks", folder.Path, "steps"], ("PMI_SIZE", "2"), ("PMI_RANK", "0"), ("SIMPLE_DIFFUSION_MPI", "libnone.so"));

        Assert.AreNotEqual(0, exitCode);
        StringAssert.Contains(errors, "MPICH's mpirun has started 2 processes, and none of libnone.so can be loaded to join them: install the launcher's MPI, or start one process without it.");
    }
}
