using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Checkpoints;

[TestClass]
public class ResumeTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.1f)]
    public void Resumed_run_has_the_weights_of_an_uninterrupted_one_bit_for_bit(float dropout)
    {
        using var folder = new TemporaryFolder();
        var half = Resumable(folder, steps: 4, dropout);
        var whole = Resumable(folder, steps: 8, dropout);
        var uninterrupted = Resumable(folder, steps: 8, dropout);
        uninterrupted.Training.CheckpointDirectory = null;

        _context.Transforms.SimpleDiffusion(half).Fit(TinyData.View(_context)).Dispose();

        CollectionAssert.AreEqual(WeightBytes.OfTrained(_context, uninterrupted), WeightBytes.OfTrained(_context, whole));
    }

    [TestMethod]
    public void Run_without_a_seed_goes_on_with_the_one_it_began_with()
    {
        using var folder = new TemporaryFolder();
        var half = Resumable(folder, steps: 4, dropout: 0);
        half.Seed = null;
        half.Training.WarmupSteps = null;
        var whole = Resumable(folder, steps: 80, dropout: 0);
        whole.Seed = null;
        whole.Training.WarmupSteps = null;

        using var first = new MLContext().Transforms.SimpleDiffusion(half).Fit(TinyData.View(_context));
        using var second = new MLContext().Transforms.SimpleDiffusion(whole).Fit(TinyData.View(_context));

        Assert.IsNotNull(first.Options.Seed);
        Assert.AreEqual(first.Options.Seed, second.Options.Seed);
    }

    [TestMethod]
    public void Run_goes_on_with_the_same_examples_in_smaller_batches()
    {
        using var folder = new TemporaryFolder();
        _context.Transforms.SimpleDiffusion(Resumable(folder, steps: 2, dropout: 0)).Fit(TinyData.View(_context)).Dispose();
        var smaller = Resumable(folder, steps: 3, dropout: 0);
        (smaller.Training.BatchSize, smaller.Training.GradientAccumulation) = (2, 4);
        var fewer = Resumable(folder, steps: 4, dropout: 0);
        fewer.Training.BatchSize = 4;

        _context.Transforms.SimpleDiffusion(smaller).Fit(TinyData.View(_context)).Dispose();
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _context.Transforms.SimpleDiffusion(fewer).Fit(TinyData.View(_context)));

        StringAssert.Contains(error.Message, "is 8 there and 4 here");
    }

    [TestMethod]
    public void Resuming_with_other_reports_is_fine()
    {
        using var folder = new TemporaryFolder();
        _context.Transforms.SimpleDiffusion(Resumable(folder, steps: 1, dropout: 0)).Fit(TinyData.View(_context)).Dispose();
        var reported = Resumable(folder, steps: 2, dropout: 0);
        reported.Training.SampleEverySteps = 2;
        reported.Training.TensorBoardDirectory = folder.File("tensorboard");

        _context.Transforms.SimpleDiffusion(reported).Fit(TinyData.View(_context)).Dispose();

        Assert.HasCount(1, Directory.GetFiles(folder.File("samples")));
    }

    [TestMethod]
    public void Resuming_under_other_options_is_refused()
    {
        using var folder = new TemporaryFolder();
        _context.Transforms.SimpleDiffusion(Resumable(folder, steps: 2, dropout: 0)).Fit(TinyData.View(_context)).Dispose();
        var other = Resumable(folder, steps: 4, dropout: 0);
        other.Training.LearningRate = 0.1;

        Assert.ThrowsExactly<InvalidOperationException>(() => _context.Transforms.SimpleDiffusion(other).Fit(TinyData.View(_context)));
    }

    [TestMethod]
    public void Run_with_the_former_sigmoid_loss_does_not_go_on_with_the_new_one()
    {
        using var folder = new TemporaryFolder();
        _context.Transforms.SimpleDiffusion(Run(steps: 1, LossType.SigmoidWithoutSlope)).Fit(TinyData.View(_context)).Dispose();

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _context.Transforms.SimpleDiffusion(Run(steps: 2, LossType.Sigmoid)).Fit(TinyData.View(_context)));
        using var goesOn = _context.Transforms.SimpleDiffusion(Run(steps: 2, LossType.SigmoidWithoutSlope)).Fit(TinyData.View(_context));

        StringAssert.Contains(error.Message, "options.diffusion.loss is \"SigmoidWithoutSlope\" there and \"SigmoidWithSlope\" here");
        Assert.AreEqual(2, goesOn.TrainedSteps);

        SimpleDiffusionOptions Run(int steps, LossType loss)
        {
            var options = Resumable(folder, steps, dropout: 0);
            options.Diffusion.Loss = loss;
            return options;
        }
    }

    [TestMethod]
    public void Run_that_starts_anew_keeps_the_checkpoints_of_the_one_before_out_of_the_way()
    {
        using var folder = new TemporaryFolder();
        _context.Transforms.SimpleDiffusion(Resumable(folder, steps: 4, dropout: 0)).Fit(TinyData.View(_context)).Dispose();
        var anew = Resumable(folder, steps: 2, dropout: 0);
        anew.Training.ResumeFromCheckpoint = false;

        _context.Transforms.SimpleDiffusion(anew).Fit(TinyData.View(_context)).Dispose();

        Assert.IsTrue(File.Exists(folder.File("set-aside/checkpoint-00000004.safetensors")));
        Assert.IsTrue(File.Exists(folder.File("checkpoint-00000002.safetensors")));
        Assert.IsFalse(File.Exists(folder.File("checkpoint-00000004.safetensors")));
    }

    private static SimpleDiffusionOptions Resumable(TemporaryFolder folder, int steps, float dropout)
    {
        var options = TinyData.Options(steps);
        options.Network.Dropout = dropout;
        options.Training.WarmupSteps = 2;
        options.Training.CheckpointDirectory = folder.Path;
        return options;
    }
}
