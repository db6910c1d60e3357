using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>A damaged file of the cache is no file: nothing is thrown, and nothing but what was written is returned.</summary>
internal sealed class EmbeddingCacheTarget : FuzzTarget
{
    private const int Width = 4;

    private static readonly int[] Ids = [5, 17, 1];

    private readonly TemporaryFolder _folder = new();
    private readonly EmbeddingCache _cache;
    private readonly string _file;
    private readonly float[] _embeddings = [.. Enumerable.Range(0, Ids.Length * Width).Select(i => i / 7f)];

    public EmbeddingCacheTarget()
    {
        _cache = new EmbeddingCache(_folder.Path, new byte[32], Width, _ => { });
        _cache.Write(Ids, _embeddings);
        _file = Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Single();
        Corpus = [File.ReadAllBytes(_file)];
    }

    public override string Name => "embedding-cache";

    public override IReadOnlyList<byte[]> Corpus { get; }

    public override void Read(byte[] input)
    {
        File.WriteAllBytes(_file, input);
        if (_cache.TryRead(Ids) is { } read && !read.SequenceEqual(_embeddings))
        {
            throw new InvalidOperationException($"{string.Join(", ", read)} was never written.");
        }
    }

    public override bool IsDeclared(Exception exception) => false;

    protected override void Dispose(bool disposing)
    {
        _folder.Dispose();
        base.Dispose(disposing);
    }
}
