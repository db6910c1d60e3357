using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Checkpoints;

/// <summary>Checkpoints that have more than the network needs, and those that the system does not give.</summary>
[TestClass]
public sealed class CheckpointLengthTests : IDisposable
{
    private const int Megabytes64 = 64 << 20;

    private readonly TemporaryFolder _folder = new();
    private readonly CheckpointStore _store;

    public CheckpointLengthTests() => _store = CheckpointStore.Open(_folder.Path);

    public void Dispose()
    {
        FileFaults.Hook = null;
        _store.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public void File_longer_than_its_header_says_is_refused_before_its_numbers_are_read()
    {
        Save(("w", 2));
        using (var file = new FileStream(_folder.File("checkpoint-00000001.safetensors"), FileMode.Open))
        {
            file.SetLength(file.Length + Megabytes64);
        }

        RefuseUnread("The safetensors file is damaged: it has 67108872 bytes of numbers where 8 belong.");
    }

    [TestMethod]
    public void File_with_more_than_the_network_has_is_refused_before_its_numbers_are_read()
    {
        Save(("w", 2), ("x", Megabytes64 / sizeof(float)));

        RefuseUnread("The safetensors file has the tensor 'x', which this model does not have.");
    }

    [TestMethod]
    public void Checkpoint_that_the_system_does_not_give_is_an_error_of_the_system()
    {
        Save(("w", 2));
        var fault = new IOException("Input/output error");
        FileFaults.Hook = (operation, _) =>
        {
            if (operation == FileOperation.Read)
            {
                throw fault;
            }
        };

        Assert.AreSame(fault, Refused().InnerException);
    }

    private void RefuseUnread(string expected)
    {
        int reads = 0;
        FileFaults.Hook = (operation, _) => reads += operation == FileOperation.Read ? 1 : 0;

        StringAssert.Contains(Refused().Message, $"cannot be used: {expected} ");

        // The header, and what says how long it is, twice.
        Assert.AreEqual(4, reads);
    }

    private InvalidOperationException Refused()
    {
        using var value = zeros(2);
        return Assert.ThrowsExactly<InvalidOperationException>(() => _store.TryRestore(Run(), [new("w", value)], out _, _ => { }));
    }

    private void Save(params (string Name, long Length)[] tensors)
    {
        NamedTensor[] named = [.. tensors.Select(tensor => new NamedTensor(tensor.Name, zeros(tensor.Length)))];
        _store.Save(new Checkpoint(new RestorePoint(1, SkippedSteps: 0), Run(), named));
        NamedTensor.DisposeAll(named);
    }

    private static ModelConfiguration Run() => new() { Options = TinyData.Options(), Condition = ConditionDescription.None, TrainedSteps = 0 };
}
