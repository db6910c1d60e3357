using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

[TestClass]
public sealed class RunLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string LockPath => _folder.File("run.lock");

    private string OwnerPath => LockPath + ".owner";

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Lock_is_taken_once_and_again_when_it_has_been_given_back()
    {
        using (var first = RunLock.TryTake(LockPath))
        {
            Assert.IsNotNull(first);
            Assert.IsNull(RunLock.TryTake(LockPath));
        }

        Assert.IsFalse(File.Exists(OwnerPath));
        using var again = RunLock.TryTake(LockPath);
        Assert.IsNotNull(again);
    }

    [TestMethod]
    public void Living_owner_keeps_it_where_the_system_locks_no_files()
    {
        using var self = Process.GetCurrentProcess();
        WriteOwner(Environment.MachineName, self.Id, new DateTimeOffset(self.StartTime).ToUnixTimeSeconds());

        Assert.IsNull(RunLock.TryTake(LockPath));
        Assert.IsTrue(File.Exists(OwnerPath));
    }

    [TestMethod]
    public void Owner_that_was_killed_loses_it_at_once()
    {
        // The number of this process, but another beginning: an earlier process that had the number.
        WriteOwner(Environment.MachineName, Environment.ProcessId, 1_000_000);

        using var taken = RunLock.TryTake(LockPath);

        Assert.IsNotNull(taken);
        Assert.HasCount(2, Directory.GetFiles(_folder.Path));
    }

    [TestMethod]
    [DataRow(30, false)]
    [DataRow(600, true)]
    public void Owner_on_another_machine_is_alive_as_long_as_it_shows(int silentSeconds, bool isTaken)
    {
        WriteOwner("another machine", 1, 1);
        File.SetLastWriteTimeUtc(OwnerPath, DateTime.UtcNow - TimeSpan.FromSeconds(silentSeconds));

        using var taken = RunLock.TryTake(LockPath);

        Assert.AreEqual(isTaken, taken is not null);
    }

    /// <summary>As a machine leaves it that lost power between making the file and writing it.</summary>
    [TestMethod]
    [DataRow("", 0, false)]
    [DataRow("", 600, true)]
    [DataRow("machine\nno number\n1\n", 0, false)]
    [DataRow("machine\nno number\n1\n", 600, true)]
    public void Owner_that_has_written_nothing_sensible_keeps_it_for_a_moment(string content, int silentSeconds, bool isTaken)
    {
        File.WriteAllText(OwnerPath, content);
        File.SetLastWriteTimeUtc(OwnerPath, DateTime.UtcNow - TimeSpan.FromSeconds(silentSeconds));

        using var taken = RunLock.TryTake(LockPath);

        Assert.AreEqual(isTaken, taken is not null);
    }

    [TestMethod]
    public void Owner_that_has_ended_loses_it_though_nobody_asks_for_its_end()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Inconclusive("Linux keeps processes that have ended.");
        }

        // The shell turns into a program that does not ask how the process that it has started ends.
        using var parent = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"]) { RedirectStandardOutput = true })!;
        try
        {
            int id = int.Parse(parent.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
            using var owner = Process.GetProcessById(id);
            WriteOwner(Environment.MachineName, id, new DateTimeOffset(owner.StartTime).ToUnixTimeSeconds());
            Assert.IsNull(RunLock.TryTake(LockPath));

            Assert.IsTrue(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{id}/stat").Contains(") Z", StringComparison.Ordinal), TimeSpan.FromSeconds(20)));
            using var taken = RunLock.TryTake(LockPath);

            Assert.IsNotNull(taken);
        }
        finally
        {
            parent.Kill();
        }
    }

    [TestMethod]
    public void Process_that_does_not_exist_owns_nothing()
    {
        WriteOwner(Environment.MachineName, int.MaxValue, 1_000_000);

        using var taken = RunLock.TryTake(LockPath);

        Assert.IsNotNull(taken);
    }

    [TestMethod]
    public void Owner_whose_beginning_is_no_number_owns_nothing()
    {
        File.WriteAllText(OwnerPath, $"{Environment.MachineName}\n{Environment.ProcessId}\nyesterday\n{Guid.NewGuid():N}\n");

        using var taken = RunLock.TryTake(LockPath);

        Assert.IsNotNull(taken);
    }

    [TestMethod]
    public void What_another_has_written_is_left_when_the_lock_is_given_back()
    {
        var taken = RunLock.TryTake(LockPath)!;
        WriteOwner("another machine", 1, 1);
        string other = File.ReadAllText(OwnerPath);

        taken.Dispose();

        Assert.AreEqual(other, File.ReadAllText(OwnerPath));
    }

    [TestMethod]
    public void Only_one_of_many_takes_the_lock_of_a_dead_owner()
    {
        for (int round = 0; round < 20; round++)
        {
            WriteOwner(Environment.MachineName, Environment.ProcessId, 1_000_000);
            var taken = new RunLock?[8];
            Parallel.For(0, taken.Length, i => taken[i] = RunLock.TryTake(LockPath));

            Assert.IsLessThanOrEqualTo(1, taken.Count(one => one is not null));
            Array.ForEach(taken, one => one?.Dispose());
            File.Delete(OwnerPath);
        }
    }

    private void WriteOwner(string machine, int process, long start)
        => File.WriteAllText(OwnerPath, string.Create(CultureInfo.InvariantCulture, $"{machine}\n{process}\n{start}\n{Guid.NewGuid():N}\n"));
}
