using System.IO.Compression;
using System.Text;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

/// <summary>Files that leave the machine say nothing of it.</summary>
[TestClass]
public sealed class PrivacyTests : IDisposable
{
    /// <summary>Part of each path on the machine that trains.</summary>
    private const string Telltale = "telltale";

    private readonly MLContext _context = new(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void No_folder_of_the_training_is_in_a_model_a_checkpoint_or_a_report_of_progress()
    {
        string home = _folder.File(Telltale);
        var options = TinyData.Options(steps: 4);
        options.Training.CheckpointDirectory = Path.Combine(home, "run");
        options.Training.CheckpointEverySteps = 2;
        options.Training.TensorBoardDirectory = Path.Combine(home, "reports");
        options.Training.KeepBest = true;
        options.Training.EvaluateEverySteps = 2;
        var data = TinyData.View(_context);
        using (var model = _context.Transforms.SimpleDiffusion(options).Fit(data, data))
        {
            model.SaveAsSafetensors(Path.Combine(home, "model"));
            _context.Model.SaveAtomically(model, data.Schema, Path.Combine(home, "model.zip"));
            using var loaded = (SimpleDiffusionTransformer)_context.Model.LoadChecked(Path.Combine(home, "model.zip"), out _);
            Assert.IsNull(loaded.Options.Training.CheckpointDirectory);
            Assert.IsNull(loaded.Options.Training.TensorBoardDirectory);
            Assert.IsNull(loaded.Options.Compute.Threads);
        }

        ZipFile.ExtractToDirectory(Path.Combine(home, "model.zip"), Path.Combine(home, "unpacked"));
        string[] files = Directory.GetFiles(home, "*", SearchOption.AllDirectories);
        Assert.IsGreaterThanOrEqualTo(10, files.Length);
        foreach (string file in files)
        {
            byte[] content = File.ReadAllBytes(file);
            foreach (string word in new[] { Telltale, _folder.Path })
            {
                foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode })
                {
                    Assert.IsLessThan(0, content.AsSpan().IndexOf(encoding.GetBytes(word)), $"{Path.GetRelativePath(home, file)} has '{word}'.");
                }
            }
        }
    }
}
