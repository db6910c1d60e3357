using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Distributed;

/// <summary>Carries tensors from GPU to GPU by NCCL, in libtorch's stream: nobody waits for them but the computations that need them.</summary>
internal sealed class NcclTransport : ITransport
{
    private readonly NcclLibrary _library;
    private readonly Action<string> _abort;
    private readonly int _device;
    private readonly nint _communicator;

    private NcclTransport(NcclLibrary library, Ranks ranks, int device, byte[] id)
    {
        (_library, _device, Rank, Size, _abort) = (library, device, ranks.Index, ranks.Count, ranks.Abort);
        using var context = CudaDriver.Enter(device);
        _communicator = library.Connect(id, Size, Rank);
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <summary>Connects the GPUs of all ranks.</summary>
    /// <param name="ranks">The ranks, which find each other by what carries the numbers of their CPUs.</param>
    /// <param name="device">This rank's GPU.</param>
    /// <exception cref="InvalidOperationException">A rank cannot load NCCL.</exception>
    public static NcclTransport Create(Ranks ranks, int device)
    {
        var library = NcclLibrary.Load();
        RankAgreement.Require(ranks, library is null ? "cannot load NCCL, by which GPUs exchange numbers: install libnccl2 of NVIDIA, for the CUDA version of libtorch." : null);
        return new NcclTransport(library!, ranks, device, ranks.OnFirst(library!.CreateId));
    }

    /// <inheritdoc/>
    public void Exchange(IReadOnlyList<Transfer> transfers)
    {
        using var context = CudaDriver.Enter(_device);
        nint stream = TorchTensors.CurrentStream(_device);
        _library.StartGroup();
        foreach (var (peer, isSent, part) in transfers)
        {
            nint bytes = TorchTensors.Address(part);
            long count = part.NumberOfElements * part.ElementSize;
            if (isSent)
            {
                _library.Send(bytes, count, peer, _communicator, stream);
            }
            else
            {
                _library.Receive(bytes, count, peer, _communicator, stream);
            }
        }

        _library.EndGroup();
    }

    /// <inheritdoc/>
    public void Abort(string reason) => _abort(reason);
}
