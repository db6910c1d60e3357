using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training;

/// <summary>Trainings in processes of their own.</summary>
[TestClass]
public class KillTests
{
    private const int Kills = 20;
    private const int Steps = 200;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Run_killed_twenty_times_has_the_weights_of_an_uninterrupted_one_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        string checkpoints = folder.File("killed-checkpoints");
        using var uninterrupted = new HostedTraining(folder.File("checkpoints"), folder.File("model"), Steps);
        var random = new Random(20);
        int killedWhileSaving = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            int before = HostedTraining.NewestStep(checkpoints);
            using var run = new HostedTraining(checkpoints, folder.File("killed-model"), Steps);
            int aim = before + random.Next(1, 6);
            run.WaitUntil(() => HostedTraining.NewestStep(checkpoints) >= aim);
            if (kill % 2 == 0)
            {
                run.WaitUntil(() => HostedTraining.IsSaving(checkpoints));
            }
            else
            {
                Thread.Sleep(random.Next(0, 20));
            }

            Assert.IsTrue(run.Kill(), "The run had ended before it could be killed.");
            killedWhileSaving += HostedTraining.IsSaving(checkpoints) ? 1 : 0;
            Assert.IsLessThan(Steps, HostedTraining.NewestStep(checkpoints));
        }

        TestContext.WriteLine($"{Kills} kills up to step {HostedTraining.NewestStep(checkpoints)} of {Steps}, {killedWhileSaving} of them while a checkpoint was written.");
        using var last = new HostedTraining(checkpoints, folder.File("killed-model"), Steps);
        last.WaitForEnd();
        uninterrupted.WaitForEnd();
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.File("model/model.safetensors")), File.ReadAllBytes(folder.File("killed-model/model.safetensors")));
        Assert.IsGreaterThan(0, killedWhileSaving);
    }

    [TestMethod]
    public void Two_processes_in_one_folder_are_refused_and_a_killed_one_leaves_no_lock()
    {
        using var folder = new TemporaryFolder();
        using var run = new HostedTraining(folder.File("checkpoints"), folder.File("model"), steps: 1_000_000);
        run.WaitUntil(() => HostedTraining.NewestStep(folder.File("checkpoints")) > 0);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => CheckpointStore.Open(folder.File("checkpoints")));

        StringAssert.Contains(error.Message, "Another training run uses the checkpoint folder");
        Assert.IsTrue(run.Kill());
        CheckpointStore.Open(folder.File("checkpoints")).Dispose();
    }
}
