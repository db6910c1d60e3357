using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>The few functions of NVIDIA's NCCL that are used, whose interface in C has been the same since version 2.7.</summary>
internal sealed unsafe class NcclLibrary
{
    /// <summary>Bytes of the number by which ranks find each other.</summary>
    public const int IdLength = 128;

    private const int Success = 0;
    private const int UnsignedByte = 1;

    private static readonly string[] Files = ["libnccl.so.2", "libtorch_cuda.so"];

    private readonly nint _library;
    private readonly delegate* unmanaged<void*, nuint, int, int, nint, nint, int> _send;
    private readonly delegate* unmanaged<void*, nuint, int, int, nint, nint, int> _receive;
    private readonly delegate* unmanaged<int> _startGroup;
    private readonly delegate* unmanaged<int> _endGroup;

    private NcclLibrary(nint library)
    {
        _library = library;
        _send = (delegate* unmanaged<void*, nuint, int, int, nint, nint, int>)Find("ncclSend");
        _receive = (delegate* unmanaged<void*, nuint, int, int, nint, nint, int>)Find("ncclRecv");
        _startGroup = (delegate* unmanaged<int>)Find("ncclGroupStart");
        _endGroup = (delegate* unmanaged<int>)Find("ncclGroupEnd");
    }

    /// <summary>Loads it: as a library of its own, or what libtorch has of it. Null if there is none.</summary>
    public static NcclLibrary? Load()
    {
        foreach (string file in Files)
        {
            if (NativeLibrary.TryLoad(NativeLibraryFolders.Find(file) ?? file, out nint library) && NativeLibrary.TryGetExport(library, "ncclSend", out _))
            {
                return new NcclLibrary(library);
            }
        }

        return null;
    }

    /// <summary>A number by which ranks find each other.</summary>
    public byte[] CreateId()
    {
        UniqueId id;
        Check(((delegate* unmanaged<UniqueId*, int>)Find("ncclGetUniqueId"))(&id));
        return new ReadOnlySpan<byte>(&id, IdLength).ToArray();
    }

    /// <summary>Connects this rank with the others. Returns when all have called it.</summary>
    public nint Connect(byte[] id, int ranks, int rank)
    {
        nint communicator;
        var uniqueId = MemoryMarshal.Read<UniqueId>(id);
        Check(((delegate* unmanaged<nint*, int, UniqueId, int, int>)Find("ncclCommInitRank"))(&communicator, ranks, uniqueId, rank));
        return communicator;
    }

    public void StartGroup() => Check(_startGroup());

    public void EndGroup() => Check(_endGroup());

    /// <summary>Sends bytes, when the stream comes to it.</summary>
    public void Send(nint bytes, long count, int rank, nint communicator, nint stream) => Check(_send((void*)bytes, (nuint)count, UnsignedByte, rank, communicator, stream));

    /// <summary>Receives bytes, when the stream comes to it.</summary>
    public void Receive(nint bytes, long count, int rank, nint communicator, nint stream) => Check(_receive((void*)bytes, (nuint)count, UnsignedByte, rank, communicator, stream));

    private nint Find(string name) => NativeLibrary.GetExport(_library, name);

    private void Check(int error)
    {
        if (error != Success)
        {
            string text = Marshal.PtrToStringUTF8(((delegate* unmanaged<int, nint>)Find("ncclGetErrorString"))(error)) ?? $"error {error}";
            throw new InvalidOperationException($"NCCL failed: {text.TrimEnd('.')}. With the environment variable NCCL_DEBUG=INFO it says more.");
        }
    }

    [InlineArray(IdLength)]
    private struct UniqueId
    {
        private byte _first;
    }
}
