using System.Diagnostics;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A file system of a few hundred kilobytes in memory. Needs Linux and the right to mount; elsewhere the test is skipped.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallDisk(int kilobytes)
    {
        if (!OperatingSystem.IsLinux() || !TryRun("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", Path))
        {
            _folder.Dispose();
            Assert.Inconclusive("A small disk needs Linux and the right to mount one.");
        }
    }

    public string Path => _folder.Path;

    public void MakeReadOnly() => Assert.IsTrue(TryRun("mount", "-o", "remount,ro", Path));

    /// <summary>Takes all the room that is left.</summary>
    /// <returns>The file to delete to have it back.</returns>
    public string Fill()
    {
        string path = System.IO.Path.Combine(Path, "filler");
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            return path;
        }
    }

    public void Dispose()
    {
        TryRun("umount", Path);
        _folder.Dispose();
    }

    private static bool TryRun(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
