using System.Runtime.Versioning;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

/// <summary>Pipes, devices and files of absurd length in the place of any file of a model or of a run: one sentence, at once.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
[OSCondition(OperatingSystems.Linux)]
public sealed class SpecialFilesTests : IDisposable
{
    private readonly MLContext _context = new(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_model_folder_is_refused()
    {
        Train(_folder.File("run")).SaveAsSafetensors(_folder.File("model"));

        foreach (string path in Directory.GetFiles(_folder.File("model")))
        {
            SpecialFiles.InPlaceOf(path, kind => AssertSentence(
                Assert.Throws<FormatException>(() => SimpleDiffusionTransformer.LoadFromSafetensors(_context, _folder.File("model")), $"{kind} {path}")));
        }
    }

    [TestMethod]
    public void A_model_zip_is_refused()
    {
        string path = _folder.File("model.zip");
        _context.Model.SaveAtomically(Train(_folder.File("run")), TinyData.View(_context).Schema, path);

        SpecialFiles.InPlaceOf(path, kind => AssertSentence(Assert.Throws<FormatException>(() => _context.Model.LoadChecked(path, out _), kind)));
    }

    [TestMethod]
    public void A_run_goes_on_without_a_checkpoint_that_is_none()
    {
        string run = _folder.File("run");
        Train(run).Dispose();
        string[] files = Directory.GetFiles(run, "*.safetensors");
        Assert.HasCount(2, files);

        foreach (string path in files)
        {
            // The other checkpoint is there to go on from.
            SpecialFiles.InPlaceOf(path, _ => Train(run).Dispose());
        }

        Assert.IsNotEmpty(Directory.GetFiles(Path.Combine(run, "set-aside")), "what was in the place of the newest has been moved away");
    }

    [TestMethod]
    public void A_run_whose_only_checkpoint_is_none_says_so()
    {
        string run = _folder.File("run");
        Train(run, keep: 1).Dispose();

        SpecialFiles.InPlaceOf(Directory.GetFiles(run, "*.safetensors").Single(), kind =>
            AssertSentence(Assert.ThrowsExactly<InvalidOperationException>(() => Train(run, keep: 1), kind)));
    }

    [TestMethod]
    public void A_lock_file_that_is_none_keeps_nobody_waiting()
    {
        string run = _folder.File("run");
        Train(run).Dispose();

        foreach (string name in new[] { "checkpoints.lock", "checkpoints.lock.owner", "checkpoints.probe" })
        {
            File.WriteAllText(Path.Combine(run, name), string.Empty);
            SpecialFiles.InPlaceOf(Path.Combine(run, name), _ =>
            {
                try
                {
                    Train(run).Dispose();
                }
                catch (InvalidOperationException e)
                {
                    AssertSentence(e);
                }
            });
        }
    }

    private static void AssertSentence(Exception e) => Assert.DoesNotContain('\n', e.Message);

    private SimpleDiffusionTransformer Train(string run, int keep = 2)
    {
        var options = TinyData.Options(steps: 4);
        options.Training.CheckpointDirectory = run;
        options.Training.CheckpointEverySteps = 2;
        options.Training.CheckpointsToKeep = keep;
        return _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
    }
}
