namespace Microsoft.ML.SimpleDiffusion.Data;

/// <summary>Records of one length, such as decoded images, in memory up to a budget and in a temporary file beyond it.</summary>
/// <param name="recordLength">Bytes of each record.</param>
/// <param name="memoryBudget">Bytes to hold in memory.</param>
internal sealed class RecordStore(int recordLength, long memoryBudget) : IDisposable
{
    private readonly List<byte[]> _inMemory = [];
    private readonly long _memoryCapacity = memoryBudget / recordLength;
    private FileStream? _file;

    public int Count { get; private set; }

    /// <summary>Whether some records lie in the temporary file.</summary>
    public bool IsSpilled => _file is not null;

    /// <summary>Adds a record; the array becomes the store's.</summary>
    /// <exception cref="InvalidOperationException">The temporary file cannot be written.</exception>
    public void Add(byte[] record)
    {
        if (_inMemory.Count < _memoryCapacity)
        {
            _inMemory.Add(record);
        }
        else
        {
            Spill(record);
        }

        Count++;
    }

    /// <summary>Copies the record with the given number, 0-based. Safe to call from several threads once all are added.</summary>
    public void CopyTo(int index, Span<byte> destination)
    {
        if (index < _inMemory.Count)
        {
            _inMemory[index].CopyTo(destination);
            return;
        }

        long offset = (long)(index - _inMemory.Count) * recordLength;
        int read = RandomAccess.Read(_file!.SafeFileHandle, destination[..recordLength], offset);
        if (read != recordLength)
        {
            throw new IOException($"The temporary file '{_file.Name}' of training data has been cut off.");
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Spill(byte[] record)
    {
        try
        {
            _file ??= CreateTemporaryFile();
            RandomAccess.Write(_file.SafeFileHandle, record, (long)(Count - _inMemory.Count) * recordLength);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The training data beyond memory cannot be written to the temporary folder '{Path.GetTempPath()}': {e.Message}", e);
        }
    }

    private static FileStream CreateTemporaryFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"simple-diffusion-{Guid.NewGuid():N}.data");
        return new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose | FileOptions.RandomAccess);
    }
}
