using System.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Distributed;

/// <summary>
/// The processes that do one training together, each with a number, its rank. All ranks call the same methods in the same order. A training in one process has one
/// rank, for which all of them do nothing.
/// </summary>
internal sealed class Ranks
{
    /// <summary>Numbers of a shard that are summed up at once: what the others send needs memory.</summary>
    private const long SliceLength = 1 << 22;

    private readonly ITransport? _control;
    private readonly ITransport? _data;

    /// <param name="control">Carries what is on the CPU.</param>
    /// <param name="data">Carries what is where the model is; null: the same.</param>
    public Ranks(ITransport control, ITransport? data = null) => (_control, _data) = (control, data ?? control);

    private Ranks()
    {
    }

    /// <summary>A training in one process.</summary>
    public static Ranks Alone { get; } = new();

    /// <summary>Number of this rank, from 0.</summary>
    public int Index => _control?.Rank ?? 0;

    public int Count => _control?.Size ?? 1;

    /// <summary>Number of this rank on its machine, from 0.</summary>
    public int LocalIndex { get; init; }

    /// <summary>How many ranks the machine has.</summary>
    public int LocalCount { get; init; } = 1;

    public bool IsAlone => Count == 1;

    /// <summary>Whether this is the rank that writes, logs and reports.</summary>
    public bool IsFirst => Index == 0;

    /// <summary>The same ranks, with another transport for what is where the model is.</summary>
    public Ranks With(ITransport data) => new(_control!, data) { LocalIndex = LocalIndex, LocalCount = LocalCount };

    /// <summary>What falls to this rank of things that are shared out evenly.</summary>
    /// <param name="count">How many, a multiple of the number of ranks.</param>
    public FlatRange ShareOf(int count) => EvenShares(count)[Index];

    /// <summary>Equal parts of <paramref name="count"/> things for all ranks.</summary>
    public IReadOnlyList<FlatRange> EvenShares(int count) => [.. Enumerable.Range(0, Count).Select(rank => new FlatRange((long)rank * (count / Count), count / Count))];

    /// <summary>
    /// Adds up a tensor over all ranks, of which each gets its shard of the sum. The order is that of a binary tree, ((0 + 1) + (2 + 3)) + …, in which a rank that has
    /// added up its own numbers like that is a branch: the sum has the same bits whoever adds.
    /// </summary>
    /// <param name="whole">The numbers of this rank [n]; its shard becomes the sum, the others stay.</param>
    /// <param name="shards">The part of each rank.</param>
    public void SumShards(Tensor whole, IReadOnlyList<FlatRange> shards)
    {
        if (IsAlone)
        {
            return;
        }

        long longest = shards.Max(shard => shard.Length);
        for (long start = 0; start < longest; start += SliceLength)
        {
            SumSlices(whole, [.. shards.Select(shard => shard.Intersect(new FlatRange(shard.Start + start, SliceLength)))]);
        }
    }

    /// <summary>Gives all ranks the parts that the others have.</summary>
    /// <param name="whole">Numbers where the model is, of which each rank has its part.</param>
    /// <param name="parts">The part of each rank.</param>
    public void Gather(Tensor whole, IReadOnlyList<FlatRange> parts)
    {
        if (IsAlone)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var own = Part(whole, parts[Index]);
        _data!.Exchange([.. Others().SelectMany(rank => Both(rank, own, Part(whole, parts[rank])))]);
    }

    /// <summary>Gives the first rank the parts of all.</summary>
    /// <param name="part">What this rank has.</param>
    /// <param name="whole">Where they go, on the first rank; null on others.</param>
    /// <param name="parts">The part of each rank.</param>
    public void GatherOnFirst(Tensor part, Tensor? whole, IReadOnlyList<FlatRange> parts) => BetweenFirstAnd(part, whole, parts, toFirst: true);

    /// <summary>Gives each rank its part of what the first has.</summary>
    /// <param name="whole">What is given, on the first rank; null on others.</param>
    /// <param name="part">Where this rank's goes.</param>
    /// <param name="parts">The part of each rank.</param>
    public void ScatterFromFirst(Tensor? whole, Tensor part, IReadOnlyList<FlatRange> parts) => BetweenFirstAnd(part, whole, parts, toFirst: false);

    /// <summary>Gives all ranks what the first has.</summary>
    /// <param name="whole">Numbers where the model is.</param>
    public void CopyFromFirst(Tensor whole)
    {
        if (!IsAlone)
        {
            _data!.Exchange(IsFirst ? [.. Others().Select(rank => new Transfer(rank, IsSent: true, whole))] : [new Transfer(0, IsSent: false, whole)]);
        }
    }

    /// <summary>Whether something is so on any rank.</summary>
    public bool Any(bool value) => !IsAlone && GatherBytes([value ? (byte)1 : (byte)0]).Any(bytes => bytes[0] != 0) || value;

    /// <summary>What each rank has to say, equally long on all.</summary>
    public IReadOnlyList<byte[]> GatherBytes(byte[] bytes)
    {
        if (IsAlone)
        {
            return [bytes];
        }

        using var scope = NewDisposeScope();
        var own = tensor(bytes, dtype: ScalarType.Byte, device: CPU);
        Tensor[] all = [.. Enumerable.Range(0, Count).Select(rank => rank == Index ? own : empty_like(own))];
        _control!.Exchange([.. Others().SelectMany(rank => Both(rank, own, all[rank]))]);
        return [.. all.Select(part => part.bytes.ToArray())];
    }

    /// <summary>A text of each rank, or null.</summary>
    public IReadOnlyList<string?> GatherTexts(string? text)
    {
        byte[] bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        int[] lengths = [.. GatherBytes(BitConverter.GetBytes(text is null ? -1 : bytes.Length)).Select(length => BitConverter.ToInt32(length))];
        if (lengths.Max() < 0)
        {
            return new string?[Count];
        }

        Array.Resize(ref bytes, Math.Max(lengths.Max(), 1));
        return [.. GatherBytes(bytes).Zip(lengths, (padded, length) => length < 0 ? null : Encoding.UTF8.GetString(padded.AsSpan(0, length)))];
    }

    /// <summary>Does something on the first rank alone. All get its result, or fail as it does.</summary>
    /// <param name="action">What the first rank does.</param>
    /// <exception cref="OperationCanceledException">The first rank was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The first rank failed: on others with its message.</exception>
    public byte[] OnFirst(Func<byte[]> action)
    {
        if (IsAlone)
        {
            return action();
        }

        return IsFirst ? DoAndTell(action) : Hear();
    }

    /// <summary>Does something on the first rank alone; all fail if it does.</summary>
    /// <inheritdoc cref="OnFirst(Func{byte[]})" path="/param|/exception"/>
    public void OnFirst(Action action) => OnFirst(() =>
    {
        action();
        return [];
    });

    /// <summary>A text that the first rank knows.</summary>
    /// <inheritdoc cref="OnFirst(Func{byte[]})" path="/param|/exception"/>
    public string? TextFromFirst(Func<string?> action)
    {
        const byte Present = 1;
        byte[] bytes = OnFirst(() => action() is string text ? [Present, .. Encoding.UTF8.GetBytes(text)] : []);
        return bytes.Length == 0 ? null : Encoding.UTF8.GetString(bytes.AsSpan(1));
    }

    /// <summary>Ends all ranks, because this one cannot go on. Where there are others it does not return.</summary>
    /// <param name="reason">A sentence for the user.</param>
    public void Abort(string reason) => _control?.Abort(reason);

    private void SumSlices(Tensor whole, IReadOnlyList<FlatRange> slices)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var own = Part(whole, slices[Index]);
        Tensor[] parts = [.. Enumerable.Range(0, Count).Select(rank => rank == Index ? own : empty_like(own))];
        _data!.Exchange([.. Others().SelectMany(rank => Both(rank, Part(whole, slices[rank]), parts[rank]))]);
        for (int distance = 1; distance < Count; distance *= 2)
        {
            for (int rank = 0; rank + distance < Count; rank += 2 * distance)
            {
                parts[rank].add_(parts[rank + distance]);
            }
        }

        if (!IsFirst)
        {
            own.copy_(parts[0]);
        }
    }

    private byte[] DoAndTell(Func<byte[]> action)
    {
        byte[] result;
        try
        {
            result = action();
        }
        catch (Exception e)
        {
            Tell(e is OperationCanceledException ? Outcome.Cancelled : Outcome.Failed, Encoding.UTF8.GetBytes(e.Message));
            throw;
        }

        Tell(Outcome.Done, result);
        return result;
    }

    private void Tell(Outcome outcome, byte[] bytes)
    {
        using var scope = NewDisposeScope();
        Tensor header = tensor(new[] { (long)outcome, bytes.LongLength }, device: CPU), body = tensor(bytes, dtype: ScalarType.Byte, device: CPU);
        _control!.Exchange([.. Others().Select(rank => new Transfer(rank, IsSent: true, header))]);
        _control.Exchange([.. Others().Select(rank => new Transfer(rank, IsSent: true, body))]);
    }

    private byte[] Hear()
    {
        using var scope = NewDisposeScope();
        var header = zeros(2, dtype: ScalarType.Int64, device: CPU);
        _control!.Exchange([new Transfer(0, IsSent: false, header)]);
        var body = empty(header[1].item<long>(), dtype: ScalarType.Byte, device: CPU);
        _control.Exchange([new Transfer(0, IsSent: false, body)]);
        byte[] bytes = body.bytes.ToArray();
        return (Outcome)header[0].item<long>() switch
        {
            Outcome.Done => bytes,
            Outcome.Cancelled => throw new OperationCanceledException(Encoding.UTF8.GetString(bytes)),
            _ => throw new InvalidOperationException(Encoding.UTF8.GetString(bytes)),
        };
    }

    private void BetweenFirstAnd(Tensor part, Tensor? whole, IReadOnlyList<FlatRange> parts, bool toFirst)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        if (!IsFirst)
        {
            _data!.Exchange([new Transfer(0, IsSent: toFirst, part)]);
            return;
        }

        var own = Part(whole!, parts[0]);
        (toFirst ? own : part).copy_(toFirst ? part : own);
        _data?.Exchange([.. Others().Select(rank => new Transfer(rank, IsSent: !toFirst, Part(whole!, parts[rank])))]);
    }

    /// <summary>The other ranks, each rank beginning with its neighbour, so that not all begin with the same.</summary>
    private IEnumerable<int> Others() => Enumerable.Range(1, Count - 1).Select(i => (Index + i) % Count);

    private static IEnumerable<Transfer> Both(int rank, Tensor sent, Tensor received) => [new Transfer(rank, IsSent: true, sent), new Transfer(rank, IsSent: false, received)];

    private static Tensor Part(Tensor whole, FlatRange range) => whole.narrow(0, range.Start, range.Length);

    private enum Outcome
    {
        Done,
        Cancelled,
        Failed,
    }
}
