using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Tests.Support;

/// <summary>Looks into a model.zip and changes it.</summary>
internal static class ModelZip
{
    private const string Model = "Model.key";

    public static byte[] Read(ZipArchive zip, string name)
    {
        using var stream = Entry(zip, name).Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>Puts another text of the same length in the place of one in the configuration, and if wanted the SHA-256 that belongs to it.</summary>
    public static void ReplaceConfiguration(string path, string from, string to, bool fixChecksum)
    {
        using var zip = ZipFile.Open(path, ZipArchiveMode.Update);
        byte[] model = Read(zip, Model);

        // ML.NET keeps strings as UTF-16.
        int at = model.AsSpan().IndexOf(Encoding.Unicode.GetBytes(from));
        Assert.IsGreaterThan(0, at, from);
        Assert.AreEqual(from.Length, to.Length);
        int start = model.AsSpan(..at).IndexOf(Encoding.Unicode.GetBytes("{\n"));
        int end = model.AsSpan().LastIndexOf(Encoding.Unicode.GetBytes("\n}")) + (2 * sizeof(char));
        int checksum = model.AsSpan().IndexOf(Checksum());
        Assert.IsGreaterThan(0, checksum);
        Encoding.Unicode.GetBytes(to).CopyTo(model, at);
        if (fixChecksum)
        {
            Checksum().CopyTo(model, checksum);
        }

        var entry = Entry(zip, Model);
        string fullName = entry.FullName;
        entry.Delete();
        using var stream = zip.CreateEntry(fullName).Open();
        stream.Write(model);

        byte[] Checksum() => SHA256.HashData(Encoding.UTF8.GetBytes(Encoding.Unicode.GetString(model.AsSpan(start..end))));
    }

    private static ZipArchiveEntry Entry(ZipArchive zip, string name) => zip.Entries.First(entry => entry.FullName.Split('/', '\\')[^1] == name);
}
