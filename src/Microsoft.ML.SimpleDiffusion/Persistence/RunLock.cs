using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>
/// A folder, or something in one, that one process has for itself. The system's lock on a file is the first guard; some network file systems have none, and
/// .NET can be told to do without. The second guard is a file that only one process can create and that says whose it is, and shows that its owner lives.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private const string OwnerExtension = ".owner";
    private const int MaxOwnerLength = 4096;

    /// <summary>As long as this process lives, nobody else may take it for dead.</summary>
    private const int DeleteAttempts = 3;

    /// <summary>The system tells each process another fraction of when a process started.</summary>
    private const int RoundingSeconds = 2;

    /// <summary>How often an owner shows that it lives, and when one that has not is taken for dead. Only processes on other machines go by it.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Writing = TimeSpan.FromSeconds(10);

    private readonly FileStream _system;
    private readonly string _ownerPath;
    private readonly string _token;
    private readonly Timer _heartbeat;

    private RunLock(FileStream system, string ownerPath, string token)
    {
        (_system, _ownerPath, _token) = (system, ownerPath, token);
        _heartbeat = new Timer(_ => ShowLife(), state: null, Heartbeat, Heartbeat);
    }

    /// <summary>Takes the lock.</summary>
    /// <param name="path">File that stands for it, in a folder that exists. It stays and does not matter.</param>
    /// <returns>The lock, to be disposed of, or null if another process, or another part of this one, has it.</returns>
    /// <exception cref="IOException">The file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be created.</exception>
    public static RunLock? TryTake(string path)
    {
        FileStream system;
        try
        {
            system = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsInUse(e))
        {
            return null;
        }

        try
        {
            string ownerPath = path + OwnerExtension, token = CreateToken();
            if (TryCreate(ownerPath, token) || (TryRemoveDead(ownerPath) && TryCreate(ownerPath, token)))
            {
                return new RunLock(system, ownerPath, token);
            }
        }
        catch
        {
            system.Dispose();
            throw;
        }

        system.Dispose();
        return null;
    }

    public void Dispose()
    {
        _heartbeat.Dispose();
        for (int attempt = 0; attempt < DeleteAttempts && File.Exists(_ownerPath); attempt++)
        {
            // Another process may have taken this one for dead; what it wrote is its own.
            if (ReadOwner(_ownerPath) == _token)
            {
                Files.TryDelete(_ownerPath);
            }
        }

        _system.Dispose();
    }

    /// <summary>Whether another process holds the system's lock: ERROR_SHARING_VIOLATION on Windows, EWOULDBLOCK on Linux and macOS.</summary>
    private static bool IsInUse(IOException e) => e.HResult is unchecked((int)0x80070020) or 11 or 35;

    /// <summary>Machine, process, the time that it started, and something that no other has.</summary>
    private static string CreateToken()
    {
        using var process = Process.GetCurrentProcess();
        return string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}\n{process.Id}\n{StartOf(process)}\n{Guid.NewGuid():N}\n");
    }

    private static bool TryCreate(string ownerPath, string token)
    {
        try
        {
            using var file = new FileStream(ownerPath, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            file.Write(Encoding.UTF8.GetBytes(token));
            return true;
        }
        catch (IOException) when (File.Exists(ownerPath))
        {
            return false;
        }
    }

    /// <summary>Moves the file of an owner that has died out of the way. It is looked at again where nobody else can change it any more.</summary>
    private static bool TryRemoveDead(string ownerPath)
    {
        if (IsAlive(ownerPath))
        {
            return false;
        }

        string aside = $"{ownerPath}.{Guid.NewGuid():N}{Files.TemporaryExtension}";
        try
        {
            File.Move(ownerPath, aside);
        }
        catch (IOException)
        {
            // Another process was faster.
            return !File.Exists(ownerPath);
        }

        if (IsAlive(aside))
        {
            // It was taken between the look and the move: give it back.
            File.Move(aside, ownerPath, overwrite: false);
            return false;
        }

        Files.TryDelete(aside);
        return true;
    }

    private static string? ReadOwner(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(Files.ReadAll(path, MaxOwnerLength));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    private static bool IsAlive(string path)
    {
        var silence = DateTime.UtcNow - File.GetLastWriteTimeUtc(path);
        string[] lines = ReadOwner(path)?.Split('\n') ?? [];
        if (lines.Length < 4 || !int.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out int id))
        {
            // Its owner may be about to write it.
            return silence < Writing;
        }

        return lines[0] == Environment.MachineName ? IsRunning(id, lines[2]) : silence < Silence;
    }

    private static bool IsRunning(int id, string start)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && Math.Abs(StartOf(process) - seconds) <= RoundingSeconds && !HasEnded(id);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Whether Linux only keeps the number of a process that has ended, for a parent that does not ask how: in a container often nobody does.</summary>
    private static bool HasEnded(int id)
    {
        try
        {
            // The name in parentheses may contain anything; the state follows it.
            string status = File.ReadAllText($"/proc/{id}/stat");
            return status[(status.LastIndexOf(')') + 1)..].TrimStart().StartsWith('Z');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long StartOf(Process process) => new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();

    private void ShowLife()
    {
        try
        {
            File.SetLastWriteTimeUtc(_ownerPath, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next beat may get through.
        }
    }
}
