using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Further processes of this program that help with a sweep. They end with this one.</summary>
internal sealed class WorkerProcesses : IDisposable
{
    private const string ThreadsVariable = "OMP_NUM_THREADS";

    /// <summary>A worker has nothing left to do but to notice that the sweep is over. One that has not come to it yet is of no use any more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<Process> _processes = [];
    private readonly List<TextWriter> _logs = [];

    private WorkerProcesses()
    {
    }

    /// <summary>CPU threads of each of several processes.</summary>
    public static int ThreadsEach(int processes) => Math.Max(1, Environment.ProcessorCount / processes);

    /// <summary>Starts this program again, with the same arguments.</summary>
    /// <param name="count">Processes in all, this one included.</param>
    /// <param name="directory">The sweep's folder.</param>
    /// <param name="logOf">File for what a worker writes to its console, by its number.</param>
    /// <exception cref="InvalidOperationException">The program cannot be started again.</exception>
    public static WorkerProcesses Start(int count, string directory, Func<int, string> logOf)
    {
        var workers = new WorkerProcesses();
        try
        {
            for (int i = 1; i < count; i++)
            {
                workers.Start(StartInfo(count, directory), logOf(i));
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            workers.Dispose();
            throw new InvalidOperationException($"This program cannot be started again to help with the sweep: {e.Message} With ParallelProcesses = 1 it need not be.", e);
        }

        return workers;
    }

    /// <summary>Waits for the workers to end by themselves.</summary>
    /// <param name="warn">Is told of those that ended with an error.</param>
    public void WaitForEnd(Action<string> warn)
    {
        foreach (var process in _processes)
        {
            if (process.WaitForExit(Patience) && process.ExitCode != 0)
            {
                warn(string.Create(CultureInfo.InvariantCulture, $"A worker of the sweep ended early, with exit code {process.ExitCode}; its log lies in the sweep's folder. Nothing is lost."));
            }
        }
    }

    /// <summary>Ends those that still run. What they have not finished, the next sweep in the folder goes on with.</summary>
    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            // Until all that it wrote is in the log.
            process.WaitForExit();
            process.Dispose();
        }

        _logs.ForEach(log => log.Dispose());
    }

    /// <summary>
    /// The command line of this process. Under <c>dotnet program.dll</c> the host's own arguments are not to be had, but what they say is: the program and
    /// the file of its dependencies.
    /// </summary>
    internal static (string FileName, IReadOnlyList<string> Arguments) CommandLine()
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("The path of the program is not known.");
        string[] arguments = Environment.GetCommandLineArgs();
        if (!Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            return (program, arguments[1..]);
        }

        string? dependencies = (AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string)?.Split(';')[0];
        string[] host = File.Exists(dependencies) ? ["exec", "--depsfile", dependencies] : ["exec"];
        return (program, [.. host, .. arguments]);
    }

    private static ProcessStartInfo StartInfo(int count, string directory)
    {
        var (fileName, arguments) = CommandLine();
        var info = new ProcessStartInfo(fileName, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment[WorkerRole.Variable] = new WorkerRole(Environment.ProcessId, directory).ToString();

        // For what the program computes before the sweep; the trainings have their own option.
        info.Environment.TryAdd(ThreadsVariable, ThreadsEach(count).ToString(CultureInfo.InvariantCulture));
        return info;
    }

    private void Start(ProcessStartInfo info, string logPath)
    {
        var log = TextWriter.Synchronized(new StreamWriter(Files.OpenAppend(logPath)) { AutoFlush = true });
        _logs.Add(log);
        var process = Process.Start(info) ?? throw new InvalidOperationException("No process was started.");
        _processes.Add(process);
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Write(log, line.Data);
        process.ErrorDataReceived += (_, line) => Write(log, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private static void Write(TextWriter log, string? line)
    {
        if (line is not null)
        {
            log.WriteLine(line);
        }
    }
}
