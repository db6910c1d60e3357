using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// The few functions of MPI that are used, of whichever implementation the launcher belongs to: Open MPI, or one with the binary interface of MPICH (MPICH, Intel MPI,
/// MVAPICH, Cray MPI). Both have the same functions; what differs is what their constants are.
/// </summary>
internal sealed unsafe partial class MpiLibrary
{
    private const int LoadNow = 2, LoadGlobally = 0x100;
    private const int Serialized = 2;
    private const int Success = 0;
    private const int LongestMessage = 8192;

    // MPICH's interface: https://github.com/pmodels/mpich, src/include/mpi.h.in.
    private const nint MpichWorld = 0x44000000, MpichByte = 0x4c00010d, MpichErrorsReturn = 0x54000001, MpichIgnoredStatus = 1;

    private readonly nint _library;
    private readonly nint _world;
    private readonly nint _byte;
    private readonly nint _ignoredStatus;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> _send;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> _receive;
    private readonly delegate* unmanaged<nint*, int*, nint, int> _test;

    private MpiLibrary(nint library)
    {
        _library = library;
        nint errorsReturn;
        if (NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _world))
        {
            _byte = Find("ompi_mpi_byte");
            errorsReturn = Find("ompi_mpi_errors_return");
        }
        else
        {
            (_world, _byte, errorsReturn, _ignoredStatus) = (MpichWorld, MpichByte, MpichErrorsReturn, MpichIgnoredStatus);
        }

        _send = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Find("MPI_Isend");
        _receive = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Find("MPI_Irecv");
        _test = (delegate* unmanaged<nint*, int*, nint, int>)Find("MPI_Test");
        int provided, rank, size;
        Check(((delegate* unmanaged<int*, byte***, int, int*, int>)Find("MPI_Init_thread"))(null, null, Serialized, &provided));
        Check(((delegate* unmanaged<nint, nint, int>)Find("MPI_Comm_set_errhandler"))(_world, errorsReturn));
        Check(((delegate* unmanaged<nint, int*, int>)Find("MPI_Comm_rank"))(_world, &rank));
        Check(((delegate* unmanaged<nint, int*, int>)Find("MPI_Comm_size"))(_world, &size));
        (Rank, Size) = (rank, size);
    }

    public int Rank { get; }

    public int Size { get; }

    /// <summary>Loads an implementation and starts MPI, which can be done once in a process.</summary>
    /// <param name="files">Files that it may have, in the order in which they are tried.</param>
    /// <returns>Null if there is none of them.</returns>
    public static MpiLibrary? Start(IEnumerable<string> files)
    {
        // With its symbols for all, because Open MPI loads parts of itself later, which look for them.
        nint library = files.Select(file => Load(file, LoadNow | LoadGlobally)).FirstOrDefault(handle => handle != 0);
        return library == 0 ? null : new MpiLibrary(library);
    }

    /// <summary>Begins to send bytes, which must stay where they are until the request is done.</summary>
    public nint Send(void* bytes, int count, int rank, int tag)
    {
        nint request = 0;
        Check(_send(bytes, count, _byte, rank, tag, _world, &request));
        return request;
    }

    /// <summary>Begins to receive bytes.</summary>
    public nint Receive(void* bytes, int count, int rank, int tag)
    {
        nint request = 0;
        Check(_receive(bytes, count, _byte, rank, tag, _world, &request));
        return request;
    }

    /// <summary>Whether a request is done.</summary>
    public bool IsDone(ref nint request)
    {
        int isDone;
        fixed (nint* address = &request)
        {
            Check(_test(address, &isDone, _ignoredStatus));
        }

        return isDone != 0;
    }

    /// <summary>Ends all ranks.</summary>
    public void Abort(int exitCode) => ((delegate* unmanaged<nint, int, int>)Find("MPI_Abort"))(_world, exitCode);

    /// <summary>Ends MPI in this process.</summary>
    public void Finish() => ((delegate* unmanaged<int>)Find("MPI_Finalize"))();

    private nint Find(string name) => NativeLibrary.GetExport(_library, name);

    private void Check(int error)
    {
        if (error != Success)
        {
            byte* text = stackalloc byte[LongestMessage];
            int length;
            ((delegate* unmanaged<int, byte*, int*, int>)Find("MPI_Error_string"))(error, text, &length);
            throw new InvalidOperationException($"MPI failed: {Marshal.PtrToStringUTF8((nint)text, length).TrimEnd('.')}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Load(string file, int flags);
}
