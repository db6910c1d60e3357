using System.IO.Compression;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Loads a model.zip that is valid as a zip file, with one damaged entry.</summary>
internal sealed class ModelZipEntryTarget : FuzzTarget
{
    private readonly ModelZipTarget _model;
    private readonly Dictionary<string, byte[]> _entries = [];
    private readonly string _entry;

    /// <param name="name">Name of the target.</param>
    /// <param name="model">A valid model.</param>
    /// <param name="fileName">File name of the entry.</param>
    public ModelZipEntryTarget(string name, byte[] model, string fileName)
    {
        Name = name;
        _model = new ModelZipTarget(name, model);
        using var zip = new ZipArchive(new MemoryStream(model));
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            var bytes = new byte[entry.Length];
            stream.ReadExactly(bytes);
            _entries[entry.FullName] = bytes;
        }

        _entry = _entries.Keys.Single(path => path.Split('/', '\\')[^1] == fileName);
        Corpus = [_entries[_entry]];
    }

    public override string Name { get; }

    public override IReadOnlyList<byte[]> Corpus { get; }

    public override void Read(byte[] input)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, bytes) in _entries)
            {
                using var entry = zip.CreateEntry(path, CompressionLevel.NoCompression).Open();
                entry.Write(path == _entry ? input : bytes);
            }
        }

        _model.Read(stream.ToArray());
    }

    public override bool IsDeclared(Exception exception) => _model.IsDeclared(exception);

    protected override void Dispose(bool disposing)
    {
        _model.Dispose();
        base.Dispose(disposing);
    }
}
