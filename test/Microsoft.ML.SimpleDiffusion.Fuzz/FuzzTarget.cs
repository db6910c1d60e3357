namespace Microsoft.ML.SimpleDiffusion.Fuzz;

/// <summary>A reader of files, what it is fed, and what it may throw.</summary>
public abstract class FuzzTarget : IDisposable
{
    public abstract string Name { get; }

    /// <summary>Valid inputs, which mutations start from.</summary>
    public abstract IReadOnlyList<byte[]> Corpus { get; }

    /// <summary>Reads an input.</summary>
    /// <exception cref="Exception">The input is refused, or, if not <see cref="IsDeclared"/>, something is wrong with the reader.</exception>
    public abstract void Read(byte[] input);

    /// <summary>Whether the reader's documentation names an exception for damaged input.</summary>
    public abstract bool IsDeclared(Exception exception);

    /// <summary>Brings what depends on the length of an input into line with a mutated one, so that it gets past the first check.</summary>
    /// <param name="original">The input before.</param>
    /// <param name="mutated">The input after; changed in place.</param>
    public virtual void Repair(byte[] original, byte[] mutated)
    {
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
