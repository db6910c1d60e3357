using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Restores a run from a folder whose only checkpoint is damaged.</summary>
internal sealed class CheckpointTarget : FuzzTarget
{
    private const int Step = 12;

    private readonly TemporaryFolder _folder = new();
    private readonly CheckpointStore _store;
    private readonly Tensor _weights = zeros(8);
    private readonly ModelConfiguration _run = new() { Options = TinyData.Options(), Condition = ConditionDescription.None, TrainedSteps = 0 };

    public CheckpointTarget()
    {
        _store = CheckpointStore.Open(_folder.Path);
        using var weights = ones(8);
        _store.Save(new Checkpoint(new RestorePoint(Step, SkippedSteps: 3), _run, [new("weights.a", weights)]));
        Corpus = [File.ReadAllBytes(CheckpointPath)];
    }

    public override string Name => "checkpoint";

    public override IReadOnlyList<byte[]> Corpus { get; }

    private string CheckpointPath => _folder.File(CheckpointFile.NameOf(Step));

    public override void Read(byte[] input)
    {
        File.WriteAllBytes(CheckpointPath, input);
        using var cleared = _weights.zero_();
        try
        {
            if (_store.TryRestore(_run, [new("weights.a", _weights)], out var position, _ => { }))
            {
                Check(position.Step == Step && Sum() == 8, "something else was restored");
            }
        }
        catch (InvalidOperationException)
        {
            Check(Sum() == 0, "a refused checkpoint changed the weights");
            throw;
        }
    }

    public override bool IsDeclared(Exception exception) => exception is InvalidOperationException;

    public override void Repair(byte[] original, byte[] mutated) => SafetensorsFile.RepairLength(original, mutated);

    protected override void Dispose(bool disposing)
    {
        _store.Dispose();
        _weights.Dispose();
        _folder.Dispose();
        base.Dispose(disposing);
    }

    private float Sum()
    {
        using var sum = _weights.sum();
        return sum.item<float>();
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
