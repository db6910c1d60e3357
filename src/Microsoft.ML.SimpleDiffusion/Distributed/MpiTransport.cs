using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Distributed;

/// <summary>
/// Carries tensors of the CPU by MPI. It asks now and then whether they have arrived, in place of MPI's own waiting: that keeps a core busy which another rank may need,
/// and never ends if the other is lost.
/// </summary>
/// <param name="library">MPI.</param>
/// <param name="patience">How long to wait without any sign of another rank.</param>
internal sealed unsafe class MpiTransport(MpiLibrary library, TimeSpan patience) : ITransport
{
    private const int LongestPiece = 1 << 27;

    /// <summary>Tags that any implementation has.</summary>
    private const int Tags = 32_767;

    private static readonly TimeSpan Hasty = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan HeadStart = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public int Rank => library.Rank;

    /// <inheritdoc/>
    public int Size => library.Size;

    /// <inheritdoc/>
    public void Exchange(IReadOnlyList<Transfer> transfers)
    {
        var pending = transfers.SelectMany(Begin).ToList();
        var waiting = Stopwatch.StartNew();
        while (pending.Count > 0)
        {
            if (pending.RemoveAll(IsDone) > 0)
            {
                waiting.Restart();
            }
            else if (waiting.Elapsed > patience)
            {
                string others = string.Join(" and ", pending.Select(request => request.Peer).Distinct().Order());
                throw new InvalidOperationException(
                    $"No sign of rank {others} in {patience.TotalSeconds:0.#} seconds (Compute.RankTimeoutSeconds): it hangs, is much slower, or its machine cannot be reached.");
            }
            else
            {
                Pause(waiting.Elapsed);
            }
        }

        GC.KeepAlive(transfers);
    }

    /// <inheritdoc/>
    /// <remarks>A mistake that all ranks see is told by the first, which ends the others before they speak.</remarks>
    public void Abort(string reason)
    {
        if (Rank > 0)
        {
            Thread.Sleep(HeadStart);
        }

        Console.Error.WriteLine($"Rank {Rank} of {Size} cannot go on, and all ranks end: {reason}");
        Console.Error.Flush();
        library.Abort(1);
        ProcessEnd.Now(1);
    }

    private IEnumerable<Request> Begin(Transfer transfer)
    {
        long count = transfer.Part.NumberOfElements;
        for (long start = 0; start < count; start += LongestPiece)
        {
            yield return Begin(transfer, start, Math.Min(LongestPiece, count - start));
        }
    }

    private Request Begin(Transfer transfer, long start, long length)
    {
        using var flat = transfer.Part.view(-1);
        using var piece = flat.narrow(0, start, length);
        var bytes = piece.bytes;
        void* address = Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));

        // Pieces of another length are of another exchange: ranks that are not at the same place do not take each other's numbers for their own.
        int tag = bytes.Length % Tags;
        nint handle = transfer.IsSent ? library.Send(address, bytes.Length, transfer.Peer, tag) : library.Receive(address, bytes.Length, transfer.Peer, tag);
        return new Request(transfer.Peer, handle);
    }

    private bool IsDone(Request request) => library.IsDone(ref request.Handle);

    private static void Pause(TimeSpan waited)
    {
        if (waited < Hasty)
        {
            Thread.Yield();
        }
        else
        {
            Thread.Sleep(1);
        }
    }

    private sealed class Request(int peer, nint handle)
    {
        public nint Handle = handle;

        public int Peer => peer;
    }
}
