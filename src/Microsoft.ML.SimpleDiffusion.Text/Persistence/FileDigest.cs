namespace Microsoft.ML.SimpleDiffusion.Text.Persistence;

/// <summary>What a file must be.</summary>
/// <param name="Name">Name without folder.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">SHA-256 of its content, hexadecimal.</param>
internal sealed record FileDigest(string Name, long Length, string Sha256);
