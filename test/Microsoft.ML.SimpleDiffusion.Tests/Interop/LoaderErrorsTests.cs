using System.IO.Compression;
using System.Reflection;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Interop;

[TestClass]
public sealed class LoaderErrorsTests : IDisposable
{
    private readonly MLContext _context = new(1);
    private readonly TemporaryFolder _folder = new();

    private string Zip => _folder.File("model.zip");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void What_is_wrong_with_a_model_is_the_outermost_message(bool isInPipeline)
    {
        Save(isInPipeline);
        using (var zip = ZipFile.Open(Zip, ZipArchiveMode.Update))
        {
            zip.Entries.Single(entry => entry.FullName.EndsWith("weights.safetensors", StringComparison.Ordinal)).Delete();
        }

        var error = Assert.ThrowsExactly<FormatException>(() => _context.Model.LoadChecked(Zip, out _));

        Assert.AreEqual("The model is damaged: the entry weights.safetensors is missing.", error.Message);
    }

    [TestMethod]
    public void That_libtorch_is_missing_is_the_outermost_message()
    {
        Save(isInPipeline: true);

        var (exitCode, _, errors) = TestHostProcess.Run(["load", Zip], (NativeLibraryFolders.LibTorchVariable, "/nowhere"));

        Assert.AreEqual(1, exitCode, errors);
        StringAssert.StartsWith(errors, $"The environment variable {NativeLibraryFolders.LibTorchVariable} must name a folder with libtorch, and '/nowhere' has no ");
    }

    [TestMethod]
    public void Errors_that_no_component_has_thrown_stay_as_they_are()
    {
        var error = new InvalidOperationException("Outer.", new FormatException("Inner."));

        Assert.AreSame(error, LoaderErrors.CauseOf(error));
        Assert.AreSame(error, LoaderErrors.CauseOf(new InvalidOperationException("Error during class instantiation", new TargetInvocationException(error))));
    }

    private void Save(bool isInPipeline)
    {
        var rows = _context.Data.LoadFromEnumerable(TinyData.Rows(8));
        using var fitted = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1))).Fit(rows);
        _context.Model.SaveAtomically(isInPipeline ? fitted : fitted.LastTransformer, rows.Schema, Zip);
    }
}
