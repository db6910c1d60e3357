namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>What is done to a file.</summary>
internal enum FileOperation
{
    Open,
    Read,
    Create,
    Write,
    Flush,

    /// <summary>To the system, which may lose it with the power.</summary>
    FlushToSystem,
    Rename,
    FlushFolder,
    Delete,
}

/// <summary>Lets tests see and fail each operation of <see cref="Files"/>, for the code that they call. Nothing is watched otherwise.</summary>
internal static class FileFaults
{
    private static readonly AsyncLocal<Action<FileOperation, string>?> Watcher = new();

    /// <summary>Is called before each operation with the file's path. What it throws, the operation throws.</summary>
    public static Action<FileOperation, string>? Hook
    {
        get => Watcher.Value;
        set => Watcher.Value = value;
    }

    public static void Before(FileOperation operation, string path) => Watcher.Value?.Invoke(operation, path);

    /// <summary>The stream, or, in a test, one that tells of its reads and writes.</summary>
    public static Stream Watch(Stream stream, string path) => Watcher.Value is null ? stream : new WatchedStream(stream, path);

    private sealed class WatchedStream(Stream inner, string path) : Stream
    {
        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            Before(FileOperation.Read, path);
            return inner.Read(buffer);
        }

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Before(FileOperation.Write, path);
            inner.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
