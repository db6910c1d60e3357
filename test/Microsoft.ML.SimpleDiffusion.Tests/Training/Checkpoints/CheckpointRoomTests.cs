using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Checkpoints;

[TestClass]
public class CheckpointRoomTests
{
    [TestMethod]
    [DataRow(100, 10, 2, null, 0, 0, 3, DisplayName = "those to keep and one more")]
    [DataRow(20, 10, 5, null, 0, 0, 2, DisplayName = "no more than are ever written")]
    [DataRow(25, 10, 5, null, 0, 0, 3, DisplayName = "the last step writes one")]
    [DataRow(100, 10, 1, 20, 0, 0, 7, DisplayName = "five at multiples of 20 for good")]
    [DataRow(100, 10, 1, 15, 0, 0, 5, DisplayName = "multiples of 15 that are multiples of 10: 30, 60, 90")]
    [DataRow(105, 10, 1, 15, 0, 0, 6, DisplayName = "and the last step, 105")]
    [DataRow(100, 10, 2, null, 50, 2, 1, DisplayName = "those that are there count")]
    [DataRow(100, 10, 1, null, 50, 9, 1, DisplayName = "room for one is always needed")]
    [DataRow(100, 10, 2, null, 100, 2, 0, DisplayName = "a finished run writes none")]
    [DataRow(100, 10, 2, null, 900, 2, 0, DisplayName = "nor does one that went further")]
    public void Checkpoints_to_come_are_counted(int steps, int every, int keep, int? keepEvery, int done, int existing, int expected)
    {
        var training = new TrainingOptions { Steps = steps, CheckpointEverySteps = every, CheckpointsToKeep = keep, KeepCheckpointEverySteps = keepEvery };

        Assert.AreEqual(expected, CheckpointRoom.Additional(training, done, existing));
    }

    [TestMethod]
    public void Run_that_stops_earlier_needs_room_for_fewer()
    {
        var training = new TrainingOptions { Steps = 100, CheckpointEverySteps = 10, CheckpointsToKeep = 5, KeepCheckpointEverySteps = 15, StopAtStep = 15 };

        Assert.AreEqual(2, CheckpointRoom.Additional(training, stepsDone: 0, existing: 0));
    }

    [TestMethod]
    public void Disk_that_is_too_small_is_named_with_what_it_has_and_what_is_needed()
    {
        string folder = Path.GetTempPath();

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => CheckpointRoom.Require(folder, count: 3, bytesEach: 1L << 60));

        StringAssert.Contains(error.Message, folder);
        StringAssert.Contains(error.Message, "3 more checkpoints of 1,152,921,504,606.8 MB");
        error = Assert.ThrowsExactly<InvalidOperationException>(() => CheckpointRoom.Require(folder, count: 1, bytesEach: 1, bytesBeside: 1L << 60));
        StringAssert.Contains(error.Message, "and 1,152,921,504,606.8 MB for the best weights");
        CheckpointRoom.Require(folder, count: 1, bytesEach: 1, bytesBeside: CheckpointRoom.BytesOfBest(1));
    }
}
