namespace Microsoft.ML.SimpleDiffusion.Training.Data;

/// <summary>Decoded images, in memory up to a budget and in a temporary file beyond it.</summary>
/// <param name="imageLength">Bytes of each image.</param>
/// <param name="memoryBudget">Bytes to hold in memory.</param>
internal sealed class PixelStore(int imageLength, long memoryBudget) : IDisposable
{
    private readonly List<byte[]> _inMemory = [];
    private readonly long _memoryCapacity = memoryBudget / imageLength;
    private FileStream? _file;

    public int Count { get; private set; }

    /// <summary>Whether some images lie in the temporary file.</summary>
    public bool IsSpilled => _file is not null;

    /// <summary>Adds an image; the array becomes the store's.</summary>
    /// <exception cref="InvalidOperationException">The temporary file cannot be written.</exception>
    public void Add(byte[] pixels)
    {
        if (_inMemory.Count < _memoryCapacity)
        {
            _inMemory.Add(pixels);
        }
        else
        {
            Spill(pixels);
        }

        Count++;
    }

    /// <summary>Copies the image with the given number, 0-based. Safe to call from several threads once all are added.</summary>
    public void CopyTo(int index, Span<byte> destination)
    {
        if (index < _inMemory.Count)
        {
            _inMemory[index].CopyTo(destination);
            return;
        }

        long offset = (long)(index - _inMemory.Count) * imageLength;
        int read = RandomAccess.Read(_file!.SafeFileHandle, destination[..imageLength], offset);
        if (read != imageLength)
        {
            throw new IOException($"The temporary file '{_file.Name}' of training images has been cut off.");
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Spill(byte[] pixels)
    {
        try
        {
            _file ??= CreateTemporaryFile();
            RandomAccess.Write(_file.SafeFileHandle, pixels, (long)(Count - _inMemory.Count) * imageLength);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The training images beyond memory cannot be written to the temporary folder '{Path.GetTempPath()}': {e.Message}", e);
        }
    }

    private static FileStream CreateTemporaryFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"simple-diffusion-{Guid.NewGuid():N}.pixels");
        return new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose | FileOptions.RandomAccess);
    }
}
