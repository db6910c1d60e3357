using System.Diagnostics;

namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>Files that are none: what reads one without a look waits for ever, or fills the memory.</summary>
internal static class SpecialFiles
{
    /// <summary>In what time whoever meets one must have answered.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Dictionary<string, Action<string>> Makers = new()
    {
        ["pipe"] = path => Process.Start("mkfifo", [path]).WaitForExit(),
        ["device"] = path => File.CreateSymbolicLink(path, "/dev/zero"),
        ["huge file"] = path =>
        {
            using var file = File.Create(path);
            file.SetLength(1L << 41);
        },
        ["empty file"] = path => File.Create(path).Dispose(),
    };

    /// <summary>Puts each kind of special file in a file's place, does something, and puts the file back.</summary>
    /// <param name="path">The file.</param>
    /// <param name="act">Told the kind.</param>
    public static void InPlaceOf(string path, Action<string> act)
    {
        byte[] content = File.ReadAllBytes(path);
        foreach (var (kind, make) in Makers)
        {
            File.Delete(path);
            try
            {
                make(path);
            }
            catch (IOException) when (kind == "huge file")
            {
                // This file system has no files of that size.
                continue;
            }

            try
            {
                WithinPatience(kind, path, () => act(kind));
            }
            finally
            {
                // Where it was moved away, nothing is left.
                File.Delete(path);
                File.WriteAllBytes(path, content);
            }
        }
    }

    private static void WithinPatience(string kind, string path, Action act)
    {
        var task = Task.Run(act);
        if (Task.WaitAny([task], Patience) < 0)
        {
            throw new TimeoutException($"No answer to a {kind} in the place of '{path}'.");
        }

        task.GetAwaiter().GetResult();
    }
}
