using System.Collections.Concurrent;
using Microsoft.ML.SimpleDiffusion.Distributed;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>Ranks that are threads of one process.</summary>
internal sealed class ThreadTransport : ITransport
{
    private readonly Wires _wires;

    private ThreadTransport(Wires wires, int rank) => (_wires, Rank) = (wires, rank);

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size => _wires.Size;

    /// <summary>Does something on each of some ranks, and returns what each returns.</summary>
    /// <exception cref="AggregateException">What the ranks throw.</exception>
    public static T[] Run<T>(int size, Func<Ranks, T> action)
    {
        using var wires = new Wires(size);
        var results = new T[size];
        var failures = new ConcurrentQueue<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = action(new Ranks(new ThreadTransport(wires, rank)));
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
                wires.Cut();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return failures.IsEmpty ? results : throw new AggregateException(failures);
    }

    /// <inheritdoc/>
    public void Exchange(IReadOnlyList<Transfer> transfers)
    {
        foreach (var (peer, _, part) in transfers.Where(transfer => transfer.IsSent))
        {
            _wires[Rank, peer].Add(part.clone().DetachFromDisposeScope());
        }

        foreach (var (peer, _, part) in transfers.Where(transfer => !transfer.IsSent))
        {
            using var guard = no_grad();
            using var sent = _wires.Take(peer, Rank);
            part.copy_(sent);
        }
    }

    /// <inheritdoc/>
    public void Abort(string reason) => _wires.Cut();

    private sealed class Wires(int size) : IDisposable
    {
        private readonly BlockingCollection<Tensor>[] _wires = [.. Enumerable.Range(0, size * size).Select(_ => new BlockingCollection<Tensor>())];
        private readonly CancellationTokenSource _cut = new();

        public int Size => size;

        public BlockingCollection<Tensor> this[int from, int to] => _wires[(from * size) + to];

        public Tensor Take(int from, int to)
        {
            try
            {
                return this[from, to].Take(_cut.Token);
            }
            catch (OperationCanceledException)
            {
                throw new InvalidOperationException($"Rank {from} is lost.");
            }
        }

        public void Cut() => _cut.Cancel();

        public void Dispose()
        {
            foreach (var wire in _wires)
            {
                while (wire.TryTake(out var tensor))
                {
                    tensor.Dispose();
                }

                wire.Dispose();
            }

            _cut.Dispose();
        }
    }
}
