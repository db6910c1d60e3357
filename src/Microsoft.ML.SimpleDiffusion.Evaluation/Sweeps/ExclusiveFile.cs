namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Files as locks between processes. The system releases those of a process that ends, however it ends; the file stays and does not matter.</summary>
internal static class ExclusiveFile
{
    /// <returns>The lock, to be disposed of, or null if someone else holds it.</returns>
    public static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (Training.Checkpoints.CheckpointStore.IsInUse(e))
        {
            return null;
        }
    }
}
