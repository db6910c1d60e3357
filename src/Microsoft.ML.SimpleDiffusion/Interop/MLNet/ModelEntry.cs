using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Interop.MLNet;

/// <summary>
/// How every component of this library lies in ML.NET's model.zip: the configuration with its SHA-256 in the model stream, and what is large, weights above
/// all, as a file in an entry of its own.
/// </summary>
/// <param name="name">What errors call it.</param>
/// <param name="signature">Eight characters.</param>
/// <param name="loaderSignature">At most 24 characters.</param>
/// <param name="loader">The type that loads it.</param>
internal sealed class ModelEntry(string name, string signature, string loaderSignature, Type loader)
{
    /// <summary>Entry of the weights, a safetensors file.</summary>
    public const string Weights = "weights.safetensors";

    /// <summary>Writes the configuration. Comes first.</summary>
    public void SaveConfiguration(ModelSaveContext context, string json)
    {
        context.CheckAtModel();
        context.SetVersionInfo(Version());
        context.SaveNonEmptyString(json);
        context.Writer.Write(Digest.Of(json));
    }

    /// <summary>Writes a file.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="entry">Name of the entry.</param>
    /// <param name="write">Writes its content.</param>
    public static void SaveFile(ModelSaveContext context, string entry, Action<Stream> write) => context.SaveBinaryStream(entry, writer =>
    {
        writer.Flush();
        write(writer.BaseStream);
    });

    /// <summary>Loads a component. Its errors are wrapped as ML.NET shows them.</summary>
    public static T Load<T>(Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or InvalidDataException or EndOfStreamException)
        {
            // The last two come from the zip file and from ML.NET's own reader. ML.NET calls this by reflection, and shows the bare
            // TargetInvocationException for what its own helpers have not made.
            throw Contracts.ExceptDecode(e, e.Message);
        }
    }

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="FormatException">It is damaged.</exception>
    public string ReadConfiguration(ModelLoadContext context)
    {
        context.CheckAtModel(Version());
        string json = context.LoadNonEmptyString();
        byte[] digest = context.Reader.ReadBytes(Digest.Length);
        return digest.AsSpan().SequenceEqual(Digest.Of(json)) ? json : throw Damaged("the checksum of its configuration is wrong");
    }

    /// <summary>Reads a file.</summary>
    /// <param name="context">Where from.</param>
    /// <param name="entry">Name of the entry.</param>
    /// <param name="read">Reads its content.</param>
    /// <exception cref="FormatException">There is none.</exception>
    public T ReadFile<T>(ModelLoadContext context, string entry, Func<Stream, T> read)
    {
        T? content = default;
        bool found = context.TryLoadBinaryStream(entry, reader => content = read(reader.BaseStream));
        return found ? content! : throw Damaged($"the entry {entry} is missing");
    }

    private FormatException Damaged(string how) => new($"{name} is damaged: {how}.");

    private VersionInfo Version() => new(
        modelSignature: signature,
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: loaderSignature,
        loaderAssemblyName: loader.Assembly.GetName().Name);
}
