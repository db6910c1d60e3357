using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
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
    [DataRow(NetworkArchitecture.UVit, 4)]
    [DataRow(NetworkArchitecture.UNet, 4)]
    [DataRow(NetworkArchitecture.ResidualUVit, 8)]
    public void Ranks_with_shards_of_the_weights_learn_those_of_one_process_bit_for_bit(NetworkArchitecture architecture, int batches)
    {
        var options = Options();
        (options.Network.Architecture, options.Network.ActivationCheckpointing, options.Training.GradientAccumulation) = (architecture, true, batches);
        options.Network.BlocksPerLevel = architecture == NetworkArchitecture.UNet ? [1, 1] : [1];
        options.Training.Optimizer = OptimizerType.Muon;
        options.Training.EvaluateEverySteps = 2;
        options.Training.KeepBest = true;
        (byte[] alone, var history) = TrainWithValidation(Ranks.Alone, options);
        using var folder = new TemporaryFolder();
        options.Compute.ShardWeights = true;
        options.Training.CheckpointDirectory = folder.Path;

        foreach (int count in (int[])[2, 4])
        {
            options.Training.ResumeFromCheckpoint = count == 4;
            options.Training.StopAtStep = count == 2 ? 2 : null;
            var results = ThreadTransport.Run(count, ranks => TrainWithValidation(ranks, options));
            if (count == 4)
            {
                Assert.IsTrue(results.All(result => result.Weights.AsSpan().SequenceEqual(alone)));
                CollectionAssert.AreEqual(history.Losses.Select(loss => loss.Loss).ToArray(), results[3].History.Losses.Select(loss => loss.Loss).ToArray());
            }
        }
    }

    [TestMethod]
    public void Rank_has_its_shard_and_gathers_one_block_at_a_time()
    {
        long[][] held = ThreadTransport.Run<long[]>(2, ranks =>
        {
            var options = Options();
            options.Network.ActivationCheckpointing = true;
            using var training = new TinyTraining(options, ranks: ranks);
            training.State.ShardWeights();
            training.Step(1);
            var state = training.State;
            var network = training.Model.Network;
            long largestBlock = network.RecomputedBlocks.Max(block => WeightsOf(network.named_modules().First(named => ReferenceEquals(named.module, block)).name));
            foreach (var buffer in new[] { state.Weights, state.Gradients, state.FirstMoments, state.SecondMoments, state.EmaWeights })
            {
                Assert.AreEqual(state.Shard.Length, buffer.Values.NumberOfElements);
            }

            Assert.IsTrue(training.Model.Network.RecomputedBlocks.SelectMany(block => block.parameters()).All(parameter => parameter.NumberOfElements == 0 && parameter.grad is null));
            return [state.Sharded!.MostGathered, largestBlock];

            long WeightsOf(string block) => network.Plan.Weights.Where(weight => weight.Name.StartsWith(block + ".", StringComparison.Ordinal)).Sum(weight => weight.Count);
        });

        Assert.IsTrue(held.All(numbers => numbers[0] == numbers[1]), string.Join(' ', held[0]));
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
        using var source = new CancellationTokenSource();

        byte[][] weights = ThreadTransport.Run(2, ranks =>
        {
            var own = options.Clone();
            own.Training.CancellationToken = ranks.IsFirst ? default : source.Token;
            own.Training.Progress = new AtStep(2, source.Cancel);
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

    private sealed class AtStep(int step, Action action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step >= step)
            {
                action();
            }
        }
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
