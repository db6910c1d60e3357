using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

/// <summary>What is done to files, in which order, and what is left when it fails.</summary>
[TestClass]
public sealed class FileOperationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _operations = [];

    private string Model => _folder.File("model");

    public void Dispose()
    {
        FileFaults.Hook = null;
        _folder.Dispose();
    }

    [TestMethod]
    [DataRow(true, "Create Write Flush Rename FlushFolder")]
    [DataRow(false, "Create Write FlushToSystem Rename")]
    public void File_is_written_beside_and_flushed_before_it_gets_its_name(bool mustLast, string expected)
    {
        Watch(() => Files.Write(Model, stream => stream.Write([1, 2]), mustLast));

        Assert.AreEqual(expected, string.Join(' ', _operations));
        CollectionAssert.AreEqual(new byte[] { 1, 2 }, File.ReadAllBytes(Model));
    }

    [TestMethod]
    public void Reading_moving_and_deleting_are_seen_too()
    {
        File.WriteAllText(Model, "content");
        Watch(() => Files.ReadAll(Model, 100));
        Assert.AreEqual("Open Read", string.Join(' ', _operations.Distinct()));

        _operations.Clear();
        Watch(() => Files.Move(Model, _folder.File("moved")));
        Watch(() => Files.Delete(_folder.File("moved")));

        Assert.AreEqual("Rename FlushFolder Delete", string.Join(' ', _operations));
        Assert.IsEmpty(Directory.GetFiles(_folder.Path));
    }

    [TestMethod]
    public void Move_takes_no_name_that_is_taken()
    {
        File.WriteAllText(Model, "a");
        File.WriteAllText(_folder.File("other"), "b");

        Assert.ThrowsExactly<IOException>(() => Files.Move(Model, _folder.File("other")));
        Assert.AreEqual("b", File.ReadAllText(_folder.File("other")));
    }

    [TestMethod]
    public void Failed_write_that_was_swallowed_leaves_the_old_file()
    {
        File.WriteAllText(Model, "old");
        FileFaults.Hook = (operation, _) =>
        {
            if (operation == FileOperation.Write)
            {
                throw new IOException("full");
            }
        };

        var error = Assert.ThrowsExactly<IOException>(() => Files.Write(Model, stream =>
        {
            try
            {
                stream.Write([1]);
            }
            catch (IOException)
            {
                // As ML.NET does.
            }
        }));

        Assert.AreEqual("full", error.Message);
        Assert.AreEqual("old", File.ReadAllText(Model));
        Assert.HasCount(1, Directory.GetFiles(_folder.Path));
    }

    [TestMethod]
    public void Litter_that_cannot_be_removed_does_no_harm()
    {
        FileFaults.Hook = (_, _) => throw new UnauthorizedAccessException();
        Files.TryDelete(Model);
        FileFaults.Hook = (_, _) => throw new IOException();
        Files.TryDelete(Model);
        FileFaults.Hook = (_, _) => throw new InvalidOperationException();

        Assert.ThrowsExactly<InvalidOperationException>(() => Files.TryDelete(Model));
    }

    [TestMethod]
    public void File_as_long_as_allowed_is_read_and_longer_or_empty_ones_are_told()
    {
        File.WriteAllBytes(Model, new byte[10]);

        Assert.HasCount(10, Files.ReadAll(Model, 10));
        Assert.AreEqual($"'{Model}' has 10 bytes, where at most 9 can be.", Assert.ThrowsExactly<FormatException>(() => Files.ReadAll(Model, 9)).Message);
        File.WriteAllBytes(Model, []);
        Assert.AreEqual($"'{Model}' is empty, or is no file but a pipe or a device.", Assert.ThrowsExactly<FormatException>(() => Files.ReadAll(Model, 9)).Message);
    }

    [TestMethod]
    public void File_that_changes_while_it_is_opened_is_refused()
    {
        File.WriteAllBytes(Model, new byte[10]);
        foreach (int length in new[] { 9, 21 })
        {
            FileFaults.Hook = (operation, path) => File.WriteAllBytes(path, new byte[length]);

            Assert.AreEqual($"'{Model}' changed while it was opened.", Assert.ThrowsExactly<FormatException>(() => Files.OpenRead(Model, 20)).Message);
            FileFaults.Hook = null;
            File.WriteAllBytes(Model, new byte[10]);
        }

        FileFaults.Hook = (operation, path) => File.WriteAllBytes(path, new byte[20]);
        using var grown = Files.OpenRead(Model, 20);
        Assert.AreEqual(20, grown.Length);
    }

    [TestMethod]
    public void Temporary_file_tells_what_it_is_to_become()
    {
        string id = $"{Guid.NewGuid():N}";

        Assert.AreEqual("/a/model.zip", Files.OriginalOf($"/a/model.zip.{id}.tmp"));
        Assert.AreEqual("/a/model.zip", Files.OriginalOf("/a/model.zip.tmp"));
        File.WriteAllText($"{Model}.{id}.tmp", "x");
        File.WriteAllText(_folder.File($"other.{id}.tmp"), "x");
        CollectionAssert.AreEqual(new[] { $"{Model}.{id}.tmp" }, Files.TemporariesOf(Model).ToArray());
    }

    private void Watch(Action act)
    {
        FileFaults.Hook = (operation, _) => _operations.Add($"{operation}");
        act();
        FileFaults.Hook = null;
    }
}
