using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Sweeps;

/// <summary>Sweeps in processes of their own.</summary>
[TestClass]
public class ParallelSweepTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [TestMethod]
    public void Two_processes_share_the_trials_and_one_returns()
    {
        using var folder = new TemporaryFolder();
        using var host = Start(folder, "work");

        Assert.IsTrue(host.WaitForExit(Patience));

        Assert.AreEqual(0, host.ExitCode);
        Assert.HasCount(2, Processes(folder));
        Assert.HasCount(6, Directory.GetFiles(folder.File("sweep"), "rung-0.json", SearchOption.AllDirectories));
        CollectionAssert.AreEqual(new[] { folder.File($"result-{host.Id}.md") }, Directory.GetFiles(folder.Path, "result-*"));
        string[] log = File.ReadAllLines(folder.File("sweep/worker-1.log"));
        Assert.AreEqual($"Process {Processes(folder).Single(id => id != host.Id)} begins.", log[0]);
    }

    [TestMethod]
    public void Worker_that_dies_loses_nothing()
    {
        using var folder = new TemporaryFolder();
        using var host = Start(folder, "die");

        Assert.IsTrue(host.WaitForExit(Patience));

        Assert.AreEqual(0, host.ExitCode);
        string report = File.ReadAllText(folder.File($"result-{host.Id}.md"));
        Assert.AreEqual(6, report.Split("| completed |").Length - 1, report);
        Assert.IsTrue(HasEnded(Processes(folder).Single(id => id != host.Id)));
    }

    [TestMethod]
    public void Workers_end_with_the_process_that_began_the_sweep()
    {
        using var folder = new TemporaryFolder();
        using var host = Start(folder, "wait");
        WaitUntil(() => Processes(folder).Length == 2);

        host.Kill();
        host.WaitForExit();

        WaitUntil(() => Processes(folder).All(HasEnded));
        Assert.IsEmpty(Directory.GetFiles(folder.File("sweep"), "rung-*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void Role_of_a_worker_comes_back_from_its_text()
    {
        Assert.AreEqual(new WorkerRole(12, "/a;b"), WorkerRole.Parse(new WorkerRole(12, "/a;b").ToString()));
        Assert.IsNull(WorkerRole.Parse(null));
        Assert.IsNull(WorkerRole.Parse("twelve;/a"));
        Assert.IsNull(WorkerRole.Parse("12"));
    }

    private static Process Start(TemporaryFolder folder, string conduct)
    {
        string host = Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.SimpleDiffusion.Evaluation.TestHost");
        string tests = Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.SimpleDiffusion.Evaluation.Tests.deps.json");
        return Process.Start("dotnet", ["exec", "--depsfile", tests, "--runtimeconfig", host + ".runtimeconfig.json", host + ".dll", folder.Path, conduct]);
    }

    private static int[] Processes(TemporaryFolder folder) => Directory.Exists(folder.File("processes"))
        ? [.. Directory.GetFiles(folder.File("processes")).Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))]
        : [];

    private static bool HasEnded(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    private static void WaitUntil(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.IsLessThan(Patience, clock.Elapsed, "Nothing happens.");
            Thread.Sleep(20);
        }
    }
}
