using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Reads a damaged record of a trial. One with a checksum is what was written, or refused.</summary>
internal sealed class SweepRecordTarget : FuzzTarget
{
    private readonly TinySweep _sweep = new();
    private readonly SweepStore _store;
    private readonly TrialRecord _written;
    private readonly string _file;
    private readonly int _trial;

    /// <param name="name">Name of the target.</param>
    /// <param name="trial">0, which was measured, or 1, which failed.</param>
    public SweepRecordTarget(string name, int trial)
    {
        (Name, _trial) = (name, trial);
        _file = _sweep.RecordOf(trial);
        byte[] sealedRecord = File.ReadAllBytes(_file);
        Corpus = [sealedRecord, Unsealed(sealedRecord)];
        _written = JsonSerializer.Deserialize<TrialRecord>(sealedRecord, SweepStore.Json)!;
        _store = _sweep.Open();
    }

    public override string Name { get; }

    public override IReadOnlyList<byte[]> Corpus { get; }

    public override void Read(byte[] input)
    {
        File.WriteAllBytes(_file, input);
        var record = _store.FindRecord(_trial, 0, (_, _) => _written);
        if (record is null || (record.IsSealed && record.Sha256 != _written.Sha256))
        {
            throw new InvalidDataException("A record was read that was never written.");
        }
    }

    public override bool IsDeclared(Exception exception)
        => exception is InvalidOperationException && exception.Message.StartsWith($"The file '{_file}' of the sweep is damaged: ", StringComparison.Ordinal);

    protected override void Dispose(bool disposing)
    {
        _sweep.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The record as earlier versions wrote it, which is read too.</summary>
    private static byte[] Unsealed(byte[] record)
    {
        var content = JsonNode.Parse(record)!.AsObject();
        foreach (string member in new[] { "sweep", "options", "sha256" })
        {
            content.Remove(member);
        }

        return Encoding.UTF8.GetBytes(content.ToJsonString());
    }
}
