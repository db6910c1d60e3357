using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Persistence;

/// <summary>
/// The checked files of an exported model, held open. They are where the user has them, or, if they come from a model.zip, in a temporary folder whose names
/// go as soon as ONNX Runtime has read them.
/// </summary>
internal sealed class ModelFiles : IDisposable
{
    /// <summary>Name of the denoiser in a temporary folder.</summary>
    private const string DenoiserName = "model.onnx";

    private readonly string? _temporaryFolder;

    /// <param name="path">The denoiser.</param>
    /// <param name="temporaryFolder">The folder of this process that it lies in, or null if it is the user's.</param>
    /// <param name="copyOther">Brings the other files there; see <see cref="Extract"/>. Null if they are there.</param>
    private ModelFiles(string path, string? temporaryFolder, Action<bool, Stream>? copyOther)
    {
        _temporaryFolder = temporaryFolder;
        try
        {
            OnnxContents contents = null!;
            Denoiser = ModelFile.Open(path, InMemory, stream => (contents = OnnxReader.Read(stream)).Sha256);
            (Configuration, Plan) = ModelCheck.CheckDenoiser(contents);
            if (copyOther is not null)
            {
                WriteOthers(contents, copyOther);
            }

            ExternalData = OpenOther(contents, MetadataKeys.ExternalData, MetadataKeys.ExternalDataSha256, "weights", inMemory: false);
            ModelCheck.CheckExternalData(contents, ExternalData is null ? null : Path.GetFileName(ExternalData.Path), ExternalData is null ? 0 : new FileInfo(ExternalData.Path).Length);
            if (Plan.Text is not null)
            {
                TextEncoder = OpenOther(contents, MetadataKeys.TextEncoder, MetadataKeys.TextEncoderSha256, "text encoder", InMemory) ?? throw ProtoField.Damaged("it does not name its text encoder");
                ModelCheck.CheckTextEncoder(TextEncoder.Read(OnnxReader.Read), Plan);
            }
        }
        catch (FormatException e) when (temporaryFolder is null)
        {
            Dispose();
            throw new FormatException($"'{path}': {e.Message}", e);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ModelConfiguration Configuration { get; } = null!;

    public NetworkPlan Plan { get; } = null!;

    public ModelFile Denoiser { get; } = null!;

    /// <summary>The file with the large weights, or null if they are in the denoiser.</summary>
    public ModelFile? ExternalData { get; }

    /// <summary>The text encoder, or null for a model without text.</summary>
    public ModelFile? TextEncoder { get; }

    /// <summary>Whether what is checked has to be kept in memory until sessions are open: of the user's files, which others may change. Nobody else writes to a temporary folder.</summary>
    private bool InMemory => _temporaryFolder is null;

    /// <summary>Folder in which the file with the large weights lies.</summary>
    public string Folder => Path.GetDirectoryName(Path.GetFullPath(Denoiser.Path))!;

    /// <summary>Opens and checks what the user named.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="FormatException">A file is no exported model, is damaged or has been altered, or two do not belong together.</exception>
    public static ModelFiles Open(string path) => new(path, null, null);

    /// <summary>Writes the files of a model.zip to a temporary folder, and opens and checks them.</summary>
    /// <param name="copyDenoiser">Copies the denoiser to a stream.</param>
    /// <param name="copyOther">Copies another file, of which it is told whether it is the text encoder, to a stream.</param>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static ModelFiles Extract(Action<Stream> copyDenoiser, Action<bool, Stream> copyOther)
    {
        string folder = Directory.CreateTempSubdirectory("simple-diffusion-onnx-").FullName;
        try
        {
            string path = Path.Combine(folder, DenoiserName);
            Write(path, copyDenoiser);
            return new ModelFiles(path, folder, copyOther);
        }
        catch
        {
            Remove(folder);
            throw;
        }
    }

    /// <summary>The same files in a temporary folder of their own, opened and checked, whether or not the names of these are still there.</summary>
    /// <exception cref="InvalidOperationException">A file has changed since it was opened.</exception>
    public ModelFiles Copy() => Extract(Denoiser.CopyTo, (isText, stream) => (isText ? TextEncoder : ExternalData)!.CopyTo(stream));

    /// <summary>Lets go what only sessions need, when they are open: bytes, and the names of temporary files. Where open files keep their names (Windows), disposal removes them.</summary>
    public void ReleaseContents()
    {
        Denoiser.ReleaseContent();
        TextEncoder?.ReleaseContent();
        Remove(_temporaryFolder);
    }

    public void Dispose()
    {
        Denoiser?.Dispose();
        ExternalData?.Dispose();
        TextEncoder?.Dispose();
        Remove(_temporaryFolder);
    }

    private void WriteOthers(OnnxContents contents, Action<bool, Stream> copyOther)
    {
        foreach (var (key, isText) in new[] { (MetadataKeys.TextEncoder, true), (MetadataKeys.ExternalData, false) })
        {
            if (contents.Metadata.TryGetValue(key, out string? name))
            {
                Write(Path.Combine(Folder, RequirePlain(name)), stream => copyOther(isText, stream));
            }
        }
    }

    private static void Write(string path, Action<Stream> write)
    {
        if (File.Exists(path))
        {
            throw ProtoField.Damaged($"it names '{Path.GetFileName(path)}' twice");
        }

        // CreateNew follows no link and takes nobody else's file.
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        write(stream);
    }

    private static void Remove(string? folder)
    {
        try
        {
            if (folder is not null && Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is open on Windows goes at disposal; and what does not go at all is the system's to clean.
        }
    }

    private static string RequirePlain(string name) => OnnxReader.IsPlainName(name)
        ? name
        : throw new FormatException($"The ONNX file names '{name}', which is no file beside it.");

    private ModelFile? OpenOther(OnnxContents contents, string key, string digestKey, string what, bool inMemory)
    {
        if (!contents.Metadata.TryGetValue(key, out string? name))
        {
            return null;
        }

        string path = Path.Combine(Folder, RequirePlain(name));
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The file '{name}' with the {what} of the ONNX file is missing: it must lie beside '{Path.GetFileName(Denoiser.Path)}'.", path);
        }

        var file = ModelFile.Open(path, inMemory);
        if (file.Sha256 == contents.Metadata.GetValueOrDefault(digestKey))
        {
            return file;
        }

        file.Dispose();
        throw new FormatException($"'{name}' has been altered, or is of another export: its SHA-256 is not the one that the ONNX file names.");
    }
}
