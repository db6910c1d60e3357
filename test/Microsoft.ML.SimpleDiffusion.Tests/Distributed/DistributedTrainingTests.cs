using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Training;

namespace Microsoft.ML.SimpleDiffusion.Tests.Distributed;

/// <summary>Trainings on ranks that are threads.</summary>
[TestClass]
public class DistributedTrainingTests
{
    [TestMethod]
    [DataRow(OptimizerType.Adam)]
    [DataRow(OptimizerType.Muon)]
    public void Ranks_learn_the_weights_of_one_process_bit_for_bit(OptimizerType optimizer)
    {
        var options = Options();
        options.Training.Optimizer = optimizer;
        byte[] alone = Train(Ranks.Alone, options);

        foreach (int count in (int[])[2, 4])
        {
            byte[][] weights = ThreadTransport.Run(count, ranks => Train(ranks, options));

            Assert.IsTrue(weights.All(bytes => bytes.AsSpan().SequenceEqual(alone)), $"{count} ranks");
        }
    }

    [TestMethod]
    public void Evaluations_are_those_of_one_process_and_the_best_weights_are_kept()
    {
        var options = Options();
        options.Training.EvaluateEverySteps = 2;
        options.Training.KeepBest = true;
        options.Training.MonitoredMetric = StepMetric.MetricName;
        (byte[] weights, var history) = TrainWithValidation(Ranks.Alone, options);

        var results = ThreadTransport.Run(2, ranks => TrainWithValidation(ranks, options));

        foreach (var (other, otherHistory) in results)
        {
            CollectionAssert.AreEqual(weights, other);
            CollectionAssert.AreEqual(Values(history), Values(otherHistory));
        }

        static double[] Values(TrainingHistory history) => [.. history.Evaluations.Select(evaluation => evaluation.Metrics[TrainingOptions.ValidationLossName]), .. history.Losses.Select(loss => loss.Loss)];
    }

    [TestMethod]
    public void Run_goes_on_with_another_number_of_ranks()
    {
        var options = Options();
        options.Training.PowerFunctionAverages = true;
        options.Training.Steps = 6;
        byte[] whole = Train(Ranks.Alone, options);
        using var folder = new TemporaryFolder();
        options.Training.CheckpointDirectory = folder.Path;

        options.Training.StopAtStep = 2;
        ThreadTransport.Run(2, ranks => Train(ranks, options));
        options.Training.StopAtStep = 4;
        ThreadTransport.Run(4, ranks => Train(ranks, options));
        options.Training.StopAtStep = null;
        byte[] resumed = Train(Ranks.Alone, options);

        CollectionAssert.AreEqual(whole, resumed);
    }

    [TestMethod]
    public void Checkpoint_does_not_tell_how_many_ranks_wrote_it()
    {
        byte[][] files = [.. ((int[])[1, 2]).Select(count =>
        {
            using var folder = new TemporaryFolder();
            var options = Options();
            options.Training.CheckpointDirectory = folder.Path;
            ThreadTransport.Run(count, ranks => Train(count == 1 ? Ranks.Alone : ranks, options));
            return File.ReadAllBytes(Directory.GetFiles(folder.Path, "checkpoint-*").Single());
        })];

        CollectionAssert.AreEqual(files[0], files[1]);
    }

    [TestMethod]
    public void Skipped_steps_are_skipped_on_all_ranks()
    {
        var options = Options();
        options.Training.LearningRate = 1e30;
        options.Training.MaxSkippedStepsInARow = 2;

        var error = Assert.ThrowsExactly<AggregateException>(() => ThreadTransport.Run(2, ranks => Train(ranks, options)));

        Assert.IsTrue(error.InnerExceptions.Any(e => e.Message.StartsWith("Training has diverged", StringComparison.Ordinal)), error.Message);
    }

    [TestMethod]
    public void Cancelling_one_rank_cancels_all_after_the_same_step()
    {
        using var folder = new TemporaryFolder();
        var options = Options();
        options.Training.Steps = 100_000;
        options.Training.CheckpointDirectory = folder.Path;
        options.Training.OnCancellation = CancellationBehavior.ReturnModel;
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(1));

        byte[][] weights = ThreadTransport.Run(2, ranks =>
        {
            var own = options.Clone();
            own.Training.CancellationToken = ranks.IsFirst ? default : source.Token;
            return Train(ranks, own);
        });

        CollectionAssert.AreEqual(weights[0], weights[1]);
        Assert.HasCount(1, Directory.GetFiles(folder.Path, "checkpoint-*"));
    }

    [TestMethod]
    [DataRow(3, 4, "3 ranks cannot train together: there must be 2, 4, 8 or another power of two.")]
    [DataRow(4, 2, "4 ranks cannot share the 2 batches of a step: set Training.GradientAccumulation to 4 or a larger power of two.")]
    [DataRow(2, 6, "2 ranks cannot share the 6 batches of a step: set Training.GradientAccumulation to 2 or a larger power of two.")]
    public void Ranks_and_batches_must_be_powers_of_two(int ranks, int batches, string message)
    {
        var options = Options();
        options.Training.GradientAccumulation = batches;

        var error = Assert.ThrowsExactly<AggregateException>(() => ThreadTransport.Run(ranks, rank => Train(rank, options)));

        StringAssert.StartsWith(error.InnerExceptions[0].Message, message);
    }

    [TestMethod]
    public void Ranks_must_have_the_same_options()
    {
        var error = Assert.ThrowsExactly<AggregateException>(() => ThreadTransport.Run(2, ranks =>
        {
            var options = Options();
            options.Training.LearningRate = ranks.IsFirst ? 1e-3 : 2e-3;
            return Train(ranks, options);
        }));

        Assert.AreEqual("Rank 1 has other options than rank 0: options.training.learningRate is 0.001 there and 0.002 here.", error.InnerExceptions[0].Message);
    }

    [TestMethod]
    public void Ranks_must_have_the_same_data()
    {
        var error = Assert.ThrowsExactly<AggregateException>(() => ThreadTransport.Run(2, ranks => Train(ranks, Options(), rows: ranks.IsFirst ? 24 : 27)));

        StringAssert.StartsWith(error.InnerExceptions[0].Message, "Rank 1 has other data than rank 0.");
    }

    private static SimpleDiffusionOptions Options()
    {
        var options = TinyData.Options(steps: 4);
        options.Training.BatchSize = 4;
        options.Training.GradientAccumulation = 4;
        options.Training.GradientClipNorm = 0.5;
        return options;
    }

    private static byte[] Train(Ranks ranks, SimpleDiffusionOptions options, int rows = 24)
    {
        var context = new MLContext(1);
        using var model = TrainingLoop.Run(context, new TrainingJob(options, TinyData.View(context, rows)) { Ranks = ranks });
        return Bytes(model);
    }

    private static (byte[] Weights, TrainingHistory History) TrainWithValidation(Ranks ranks, SimpleDiffusionOptions options)
    {
        var context = new MLContext(1);
        options = options.Clone();
        options.Training.Metrics = [new StepMetric()];
        using var model = TrainingLoop.Run(context, new TrainingJob(options, TinyData.View(context)) { Ranks = ranks, Validation = TinyData.View(context, 15) });
        return (Bytes(model), model.Configuration.History);
    }

    private static byte[] Bytes(TrainedModel model)
    {
        using var stream = new MemoryStream();
        model.WriteWeights(stream);
        return stream.ToArray();
    }

    /// <summary>Best at the second step.</summary>
    private sealed class StepMetric : IValidationMetric
    {
        public const string MetricName = "Steps from two";

        private int _calls;

        public string Name => MetricName;

        public bool HigherIsBetter => false;

        public double Evaluate(SimpleDiffusionTransformer transformer, IDataView validation, CancellationToken cancellationToken) => Math.Abs(_calls++ - 1);
    }
}
