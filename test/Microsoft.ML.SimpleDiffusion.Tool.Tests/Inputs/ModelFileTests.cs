using System.IO.Compression;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests.Inputs;

[TestClass]
public class ModelFileTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Model_computes_where_the_command_line_says()
    {
        using var folder = new TemporaryFolder();
        using var model = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(_context));
        model.SaveAsSafetensors(folder.File("weights"));
        _context.Model.Save(model, TinyData.View(_context).Schema, folder.File("model.zip"));
        var nowhere = new ComputeOptions { Device = ComputeDevice.Cuda, DeviceIndex = 99 };

        var zip = Assert.ThrowsExactly<InvalidDataException>(() => ModelFile.Load(_context, new FileInfo(folder.File("model.zip")), nowhere));
        var weights = Assert.ThrowsExactly<InvalidOperationException>(() => ModelFile.Load(_context, new DirectoryInfo(folder.File("weights")), nowhere));

        StringAssert.EndsWith(zip.Message, weights.Message);
    }

    [TestMethod]
    public void Diffusion_model_is_found_by_itself_and_in_a_pipeline()
    {
        using var folder = new TemporaryFolder();
        var rows = _context.Data.LoadFromEnumerable(TinyData.Rows(8));
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)));
        using var fitted = pipeline.Fit(rows);
        _context.Model.Save(fitted, rows.Schema, folder.File("pipeline.zip"));
        _context.Model.Save(fitted.LastTransformer, TinyData.View(_context).Schema, folder.File("model.zip"));
        foreach (string name in (string[])["pipeline.zip", "model.zip"])
        {
            using var loaded = Load(new FileInfo(folder.File(name)));
            Assert.AreEqual(1, loaded.Model.TrainedSteps, name);
        }
    }

    [TestMethod]
    public void Model_without_diffusion_is_an_error()
    {
        using var folder = new TemporaryFolder();
        var rows = _context.Data.LoadFromEnumerable(TinyData.Rows(3));
        _context.Model.Save(_context.Transforms.Conversion.MapValueToKey("Label").Fit(rows), rows.Schema, folder.File("keys.zip"));
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Load(new FileInfo(folder.File("keys.zip"))));
        StringAssert.Contains(error.Message, "no simple diffusion model in it");
    }

    [TestMethod]
    public void File_that_is_missing_or_no_model_is_an_error_that_names_it()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("text.zip"), "not a model");
        var damaged = Assert.ThrowsExactly<InvalidDataException>(() => Load(new FileInfo(folder.File("text.zip"))));
        StringAssert.Contains(damaged.Message, "text.zip");
        var missing = Assert.ThrowsExactly<FileNotFoundException>(() => Load(new FileInfo(folder.File("none.zip"))));
        StringAssert.Contains(missing.Message, "none.zip");
    }

    [TestMethod]
    public void What_is_wrong_with_a_damaged_model_is_said_in_a_sentence()
    {
        using var folder = new TemporaryFolder();
        var rows = _context.Data.LoadFromEnumerable(TinyData.Rows(8));
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)));
        using (var fitted = pipeline.Fit(rows))
        {
            _context.Model.SaveAtomically(fitted, rows.Schema, folder.File("model.zip"));
        }

        using (var zip = ZipFile.Open(folder.File("model.zip"), ZipArchiveMode.Update))
        {
            zip.Entries.Single(entry => entry.FullName.EndsWith("weights.safetensors", StringComparison.Ordinal)).Delete();
        }

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Load(new FileInfo(folder.File("model.zip"))));

        Assert.AreEqual($"'{folder.File("model.zip")}' cannot be read as a model of ML.NET: The model is damaged: the entry weights.safetensors is missing.", error.Message);
    }

    private ModelFile Load(FileSystemInfo path) => ModelFile.Load(_context, path, new ComputeOptions { Device = ComputeDevice.Cpu });
}
