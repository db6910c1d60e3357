using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

/// <summary>Every operation on files fails once, in turn, and once the power goes before it. What is left is the old state or the new one, never less.</summary>
[TestClass]
public sealed class FaultInjectionTests : IDisposable
{
    private readonly MLContext _context = new(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Saved_folder_is_the_old_model_or_the_new_one(bool cutsPower)
    {
        using var old = Fit(steps: 1);
        using var next = Fit(steps: 2);
        string folder = _folder.File("model");

        int tried = FaultyDisk.TryEach(cutsPower, () => FaultyDisk.Reset(folder, () => old.SaveAsSafetensors(folder)), () => next.SaveAsSafetensors(folder), fault =>
        {
            using var loaded = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder);
            Assert.IsTrue(loaded.TrainedSteps is 1 or 2, fault);
            CollectionAssert.AreEqual(WeightBytes.Of(loaded.TrainedSteps == 1 ? old : next), WeightBytes.Of(loaded), fault);
        });

        Assert.IsGreaterThan(7, tried);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Saved_zip_is_the_old_model_or_the_new_one(bool cutsPower)
    {
        using var old = Fit(steps: 1);
        using var next = Fit(steps: 2);
        string folder = _folder.File("zip"), path = Path.Combine(folder, "model.zip");

        int tried = FaultyDisk.TryEach(cutsPower, () => FaultyDisk.Reset(folder, () => _context.Model.SaveAtomically(old, null, path)), () => _context.Model.SaveAtomically(next, null, path), fault =>
        {
            using var loaded = (SimpleDiffusionTransformer)_context.Model.LoadChecked(path, out _);
            Assert.IsTrue(loaded.TrainedSteps is 1 or 2, fault);
        });

        Assert.IsGreaterThan(4, tried);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Run_goes_on_to_the_same_weights(bool cutsPower)
    {
        string folder = _folder.File("run");
        using var expected = Run(folder: null, steps: 4);
        byte[] weights = WeightBytes.Of(expected);

        int tried = FaultyDisk.TryEach(cutsPower, () => FaultyDisk.Reset(folder, () => Run(folder, steps: 2).Dispose()), () => Run(folder, steps: 4).Dispose(), fault =>
        {
            using var resumed = Run(folder, steps: 4);
            CollectionAssert.AreEqual(weights, WeightBytes.Of(resumed), fault);
        });

        Assert.IsGreaterThan(7, tried);
    }

    private SimpleDiffusionTransformer Fit(int steps) => _context.Transforms.SimpleDiffusion(TinyData.Options(steps)).Fit(TinyData.View(_context));

    private SimpleDiffusionTransformer Run(string? folder, int steps)
    {
        var options = TinyData.Options(steps: 4);
        (options.Training.StopAtStep, options.Training.CheckpointDirectory, options.Training.CheckpointEverySteps) = (steps, folder, 1);
        (options.Training.EvaluateEverySteps, options.Training.KeepBest) = (1, true);
        return _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context, 8), TinyData.View(_context, 4));
    }
}
