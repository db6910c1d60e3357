using System.Diagnostics;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests;

/// <summary>The program as a process of its own, among signals and odd places.</summary>
[TestClass]
public class ProcessTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    [TestMethod]
    [DataRow("TERM", ExitCodes.Terminated)]
    [DataRow("INT", ExitCodes.Interrupted)]
    public void Signal_ends_a_training_within_two_seconds_and_the_same_command_goes_on(string signal, int exitCode)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Windows has no signals.");
        }

        if (signal == "INT" && IgnoresInterrupts())
        {
            Assert.Inconclusive("The tests were started in the background, where shells let programs and their children ignore SIGINT.");
        }

        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 4, "heart"), model = folder.File("model.zip");
        string[] args = ["train", images, "--output", model, .. TinyTraining.Arguments, "--set", "Training.Steps=100000", "--set", "Training.CheckpointEverySteps=20"];
        using var process = Start(args);
        WaitFor(() => Directory.Exists(folder.File("model.checkpoints")) && Directory.GetFiles(folder.File("model.checkpoints"), "*.safetensors").Length > 0, process);

        Process.Start("kill", [$"-{signal}", $"{process.Id}"]).WaitForExit();
        Assert.IsTrue(process.WaitForExit(Grace), "It is still there after two seconds.");

        Assert.AreEqual(exitCode, process.ExitCode, process.StandardError.ReadToEnd());
        Assert.IsFalse(File.Exists(model));
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*.tmp", SearchOption.AllDirectories));
        var again = ToolRun.Of([.. args.SkipLast(4), "--set", "Training.Steps=100000", "--set", "Training.StopAtStep=1"]);
        Assert.AreEqual(ExitCodes.Success, again.ExitCode, again.Error);
        Assert.IsTrue(File.Exists(model));
    }

    /// <summary>The step goes on when the process ends, under which libtorch must not be taken apart.</summary>
    [TestMethod]
    public void Signal_in_the_middle_of_a_long_step_ends_the_process_with_its_exit_code_and_no_crash()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Windows has no signals.");
        }

        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 4, "heart");
        string[] args = ["train", images, "--output", folder.File("model.zip"), "--size", "128", "--set", "Training.BatchSize=256", "--set", "Network.Patching=None", "--threads", "2", "--device", "Cpu"];
        using var process = Start(args);
        WaitFor(() => Directory.Exists(folder.File("model.checkpoints")) && process.TotalProcessorTime > TimeSpan.FromSeconds(8), process);

        Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
        Assert.IsTrue(process.WaitForExit(Grace), "It is still there after two seconds.");

        Assert.AreEqual(ExitCodes.Terminated, process.ExitCode, process.StandardError.ReadToEnd());
    }

    [TestMethod]
    public void Pipe_in_place_of_a_model_is_refused_at_once()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Windows has no named pipes in folders.");
        }

        using var folder = new TemporaryFolder();
        Process.Start("mkfifo", [folder.File("model.zip")]).WaitForExit();
        var run = ToolRun.Of("info", folder.File("model.zip"));
        Assert.AreEqual(ExitCodes.Failure, run.ExitCode);
        StringAssert.Contains(run.Error, "is no file but a pipe or a device");
    }

    [TestMethod]
    public void Place_that_cannot_be_written_to_is_named_before_the_training()
    {
        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 2, "heart");
        File.WriteAllText(folder.File("file"), "in the way");
        var run = ToolRun.Of(["train", images, "--output", folder.File("file/model.zip"), .. TinyTraining.Arguments]);
        Assert.AreEqual(ExitCodes.Failure, run.ExitCode);
        StringAssert.Contains(run.Error, folder.File("file"));
        Assert.DoesNotContain("step", run.Error);
    }

    [TestMethod]
    public void Long_paths_and_names_in_any_script_are_no_obstacle()
    {
        using var folder = new TemporaryFolder();
        string deep = string.Join('/', Enumerable.Repeat(new string('ä', 60), 6));
        string images = ImageFiles.Make(folder.File("images"), each: 2, "ქართული", "İstanbul", "العربية");
        string model = folder.File(deep + "/模型.zip");
        var train = ToolRun.Of(["train", images, "--output", model, .. TinyTraining.Arguments]);
        Assert.AreEqual(ExitCodes.Success, train.ExitCode, train.Error);
        var generate = ToolRun.Of("generate", model, "--label", "İstanbul", "--count", "1", "--files", folder.File("out"));
        Assert.AreEqual(ExitCodes.Success, generate.ExitCode, generate.Error);
        Assert.IsTrue(File.Exists(folder.File("out/İstanbul-0001.png")));
    }

    [TestMethod]
    [DataRow("de_DE.UTF-8")]
    [DataRow("tr_TR.UTF-8")]
    [DataRow("ar_SA.UTF-8")]
    public void Numbers_and_names_of_options_are_the_same_in_every_language(string locale)
    {
        using var folder = new TemporaryFolder();
        string images = ImageFiles.Make(folder.File("images"), each: 2, "heart");
        string[] args = ["train", images, "--output", folder.File("model.zip"), "--set", "TRAINING.LEARNINGRATE=0.002", "--set", "sampling.guidancescale=1.5", .. TinyTraining.Arguments];
        using var process = Start(args, ("LC_ALL", locale), ("LANG", locale));
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(ExitCodes.Success, process.ExitCode, error);
        StringAssert.Contains(ToolRun.Of("info", folder.File("model.zip")).Output, "0.002");
    }

    private static bool IgnoresInterrupts()
    {
        const int Interrupt = 1 << (2 - 1);
        return OperatingSystem.IsLinux()
            && File.ReadLines("/proc/self/status").Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is var ignored
            && (Convert.ToUInt64(ignored[7..].Trim(), 16) & Interrupt) != 0;
    }

    private static Process Start(string[] args, params (string Name, string Value)[] variables)
    {
        string program = Path.ChangeExtension(typeof(CommandLine).Assembly.Location, ".dll");
        var start = new ProcessStartInfo("dotnet", [program, .. args]) { RedirectStandardError = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static void WaitFor(Func<bool> condition, Process process)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.IsFalse(process.HasExited, process.HasExited ? process.StandardError.ReadToEnd() : string.Empty);
            Assert.IsLessThan(120, clock.Elapsed.TotalSeconds, "Nothing was written.");
            Thread.Sleep(20);
        }
    }
}
