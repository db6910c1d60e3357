using System.Diagnostics;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

[TestClass]
public sealed class FilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Full_disk_leaves_the_old_file_whole_and_nothing_else()
    {
        string path = _folder.File("model");
        Files.Write(path, stream => stream.WriteByte(1));

        Assert.ThrowsExactly<IOException>(() => Files.Write(path, stream =>
        {
            stream.WriteByte(2);
            throw new IOException("No space left on device");
        }));

        CollectionAssert.AreEqual(new byte[] { 1 }, File.ReadAllBytes(path));
        Assert.HasCount(1, Directory.GetFiles(_folder.Path));
    }

    [TestMethod]
    public void Link_with_the_name_of_a_temporary_file_of_old_is_not_followed()
    {
        string victim = _folder.File("victim"), path = _folder.File("model");
        File.WriteAllText(victim, "precious");
        File.CreateSymbolicLink(path + ".tmp", victim);

        Files.Write(path, stream => stream.WriteByte(1));

        Assert.AreEqual("precious", File.ReadAllText(victim));
    }

    [TestMethod]
    public void Many_writers_of_one_file_all_succeed_and_leave_one_whole_file()
    {
        string path = _folder.File("model");

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, writer =>
        {
            for (int i = 0; i < 50; i++)
            {
                Files.Write(path, stream => stream.Write(Enumerable.Repeat((byte)writer, 10_000).ToArray()));
            }
        });

        byte[] content = File.ReadAllBytes(path);
        Assert.HasCount(10_000, content);
        Assert.IsTrue(content.All(value => value == content[0]));
        Assert.HasCount(1, Directory.GetFiles(_folder.Path));
    }

    [TestMethod]
    public void Temporary_files_that_were_left_long_ago_are_removed_and_young_ones_stay()
    {
        string path = _folder.File("model"), old = $"{path}.{Guid.NewGuid():N}.tmp", young = $"{path}.{Guid.NewGuid():N}.tmp";
        File.WriteAllText(old, "x");
        File.WriteAllText(young, "x");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow - TimeSpan.FromDays(2));

        Files.Write(path, stream => stream.WriteByte(1));

        Assert.IsFalse(File.Exists(old));
        Assert.IsTrue(File.Exists(young));
        Assert.AreEqual(path, Files.OriginalOf(young));
    }

    [TestMethod]
    [Timeout(20_000)]
    public void Pipes_devices_and_links_to_them_are_refused_at_once()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Windows has no such files.");
        }

        string pipe = _folder.File("pipe"), link = _folder.File("link");
        Process.Start("mkfifo", pipe)!.WaitForExit();
        File.CreateSymbolicLink(link, "/dev/zero");

        foreach (string path in new[] { pipe, link, "/dev/zero", "/dev/random" })
        {
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Files.OpenRead(path).Dispose()).Message, path);
        }
    }

    [TestMethod]
    public void Longer_files_than_allowed_and_missing_ones_are_named()
    {
        string path = _folder.File("model");
        File.WriteAllBytes(path, new byte[11]);

        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Files.ReadAll(path, 10)).Message, "has 11 bytes, where at most 10 can be");
        StringAssert.Contains(Assert.ThrowsExactly<FileNotFoundException>(() => Files.ReadAll(_folder.File("none"), 10)).Message, "none");
        Assert.ThrowsExactly<FileNotFoundException>(() => Files.ReadAll(_folder.Path, 10));
    }

    [TestMethod]
    public void Link_to_a_file_is_read_like_the_file()
    {
        File.WriteAllText(_folder.File("model"), "content");
        File.CreateSymbolicLink(_folder.File("link"), _folder.File("model"));

        Assert.AreEqual("content", System.Text.Encoding.UTF8.GetString(Files.ReadAll(_folder.File("link"), 100)));
    }

    [TestMethod]
    public void A_log_is_added_to_and_never_through_a_link_or_into_a_pipe()
    {
        string log = _folder.File("log"), target = _folder.File("target");
        Append(log);
        Append(log);
        Assert.AreEqual("lineline", File.ReadAllText(log));
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.WriteAllText(target, "somebody's");
        File.Delete(log);
        File.CreateSymbolicLink(log, target);
        Append(log);
        Assert.AreEqual("line", File.ReadAllText(log));
        Assert.AreEqual("somebody's", File.ReadAllText(target));

        File.Delete(log);
        Process.Start("mkfifo", log)!.WaitForExit();
        Append(log);
        Assert.AreEqual("line", File.ReadAllText(log));
    }

    private static void Append(string path)
    {
        using var file = Files.OpenAppend(path);
        file.Write("line"u8);
    }
}
