namespace Microsoft.ML.SimpleDiffusion.Compute;

/// <summary>Counts what passes between host and device. Each wait is time in which neither prepares work for the other.</summary>
internal sealed class DeviceTraffic
{
    private long _waits;
    private long _uploadedBytes;

    /// <summary>Times that the host has waited until the device was done.</summary>
    public long Waits => Interlocked.Read(ref _waits);

    public long UploadedBytes => Interlocked.Read(ref _uploadedBytes);

    public void CountWait() => Interlocked.Increment(ref _waits);

    public void CountUpload(long bytes) => Interlocked.Add(ref _uploadedBytes, bytes);
}
