using System.Text.RegularExpressions;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests;

[TestClass]
public class EstimatorTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Keys_without_values_and_without_end_are_refused_before_they_are_listed()
    {
        var context = new MLContext(1);
        var view = context.Data.LoadFromEnumerable(TinyData.Rows(3).Select(row => new UnboundedKeyRow { Image = row.Image }));

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => context.Transforms.SimpleDiffusion(TinyData.Options()).Fit(view));

        StringAssert.Contains(error.Message, "key of at most 1000000 values");
    }

    [TestMethod]
    public void Missing_condition_column_is_named()
    {
        var options = TinyData.Options();
        options.ConditionColumnName = "Kind";

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)));

        StringAssert.Contains(error.Message, "Could not find condition column 'Kind'");
        Assert.AreEqual("inputSchema", error.ParamName);
    }

    [TestMethod]
    public void Condition_column_that_is_no_key_is_named_with_its_type()
    {
        var options = TinyData.Options();
        options.ConditionColumnName = "Seed";

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)));

        StringAssert.Contains(error.Message, "Schema mismatch for condition column 'Seed': expected key");
    }

    [TestMethod]
    public void Image_column_of_another_type_is_named_with_its_type()
    {
        var options = TinyData.Options();
        options.ImageColumnName = "Seed";

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)));

        StringAssert.Contains(error.Message, "Schema mismatch for image column 'Seed': expected image, file path");
    }

    [TestMethod]
    public void Pixel_vector_with_other_channels_is_refused()
    {
        var options = TinyData.Options();
        options.Channels = 1;

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)));

        StringAssert.Contains(error.Message, "1 channel");
    }

    [TestMethod]
    public void Empty_data_is_refused()
    {
        var options = TinyData.Options();
        options.ConditionColumnName = null;

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _context.Transforms.SimpleDiffusion(options).Fit(_context.Data.LoadFromEnumerable(TinyData.Rows(0))));

        Assert.AreEqual("The training data has no rows.", error.Message);
    }

    [TestMethod]
    public void Cancellation_before_the_first_step_throws_even_if_a_model_is_to_be_returned()
    {
        var options = TinyData.Options();
        options.Training.OnCancellation = CancellationBehavior.ReturnModel;
        options.Training.CancellationToken = new CancellationToken(canceled: true);

        Assert.Throws<OperationCanceledException>(() => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)));
    }

    [TestMethod]
    public void Cancellation_during_training_returns_the_model_so_far_if_asked_to()
    {
        using var source = new CancellationTokenSource();
        var options = TinyData.Options(steps: 100_000);
        options.Training.OnCancellation = CancellationBehavior.ReturnModel;
        options.Training.CancellationToken = source.Token;
        options.Training.Progress = new Callback(_ => source.Cancel());

        using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));

        Assert.IsGreaterThan(0, model.ParameterCount);
    }

    [TestMethod]
    public void Progress_ends_with_the_last_step()
    {
        var reports = new List<TrainingProgress>();
        var options = TinyData.Options(steps: 3);
        options.Training.Progress = new Callback(reports.Add);

        _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)).Dispose();

        Assert.AreEqual(3, reports[^1].Step);
        Assert.AreEqual(3, reports[^1].TotalSteps);
        Assert.IsTrue(double.IsFinite(reports[^1].Loss));
        Assert.IsGreaterThan(0, reports[^1].ImagesPerSecond);
        Assert.AreEqual(TimeSpan.Zero, reports[^1].TimeRemaining);
    }

    [TestMethod]
    public void Progress_tells_speed_memory_and_waiting()
    {
        TrainingProgress progress = new();
        var options = TinyData.Options(steps: 3);
        options.Training.Progress = new Callback(report => progress = report);

        using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));

        var plan = NetworkPlan.Of(NetworkSpecification.Create(model.Options, TinyData.Labels.Length));
        Assert.AreEqual(3.0 * plan.Flops * progress.ImagesPerSecond, progress.ModelFlopsPerSecond, 1e-9 * progress.ModelFlopsPerSecond);
        Assert.IsTrue(progress.ShareOfPeak is > 0 and < 2, $"{progress.ShareOfPeak}");
        Assert.IsTrue(progress.DataWaitShare is >= 0 and <= 1, $"{progress.DataWaitShare}");
        Assert.AreEqual(Environment.WorkingSet, progress.MemoryBytes, 0.5 * Environment.WorkingSet);
        Assert.AreEqual(0, progress.SkippedSteps);
    }

    [TestMethod]
    public void Log_tells_the_last_step_with_its_speed()
    {
        var messages = new List<string>();
        _context.Log += (_, e) => messages.Add(e.RawMessage);

        _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 3)).Fit(TinyData.View(_context)).Dispose();

        string last = messages.Single(message => message.StartsWith("Step 3 of 3: loss ", StringComparison.Ordinal));
        StringAssert.Matches(last, new Regex(@"images/s, \d+ GFLOP/s \(\d+ % of the matrix peak\), .*\d\.\d GB, 00:00:00 left\.$"));
    }

    [TestMethod]
    public void Progress_counts_skipped_steps()
    {
        TrainingProgress progress = new();
        var options = TinyData.Options(steps: 5);
        options.Training.LearningRate = 1e30;
        options.Training.Progress = new Callback(report => progress = report);

        _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)).Dispose();

        Assert.IsTrue(progress.SkippedSteps is > 0 and <= 5, $"{progress.SkippedSteps}");
    }

    [TestMethod]
    public void Warm_start_begins_with_the_weights_of_the_model()
    {
        using var model = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 5)).Fit(TinyData.View(_context));
        var options = TinyData.Options(steps: 1);
        options.Training.LearningRate = 1e-12;

        using var next = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context), model);

        float[] before = Floats(model), after = Floats(next);
        for (int i = 0; i < before.Length; i++)
        {
            Assert.AreEqual(before[i], after[i], 1e-6);
        }
    }

    [TestMethod]
    public void Warm_start_from_another_network_is_refused()
    {
        using var model = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(_context));
        var options = TinyData.Options(steps: 1);
        options.Network.TransformerBlocks = 2;

        Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context), model));
    }

    [TestMethod]
    public void Divergence_ends_in_an_error_that_says_what_to_change()
    {
        var options = TinyData.Options(steps: 200);
        options.Training.LearningRate = 1e30;

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)));

        StringAssert.Contains(error.Message, "LearningRate");
    }

    [TestMethod]
    public void Bfloat16_training_stays_close_to_float32()
    {
        var options = TinyData.Options(steps: 1);
        options.Compute.Precision = ComputePrecision.BFloat16;
        var losses = new List<double>();
        options.Training.Progress = new Callback(progress => losses.Add(progress.Loss));
        _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)).Dispose();
        options.Compute.Precision = ComputePrecision.Float32;
        _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)).Dispose();

        Assert.AreEqual(losses[1], losses[0], 0.02 * losses[1]);
    }

    [TestMethod]
    [DataRow(PredictionType.V, LossType.Epsilon, ScheduleType.Cosine, NetworkArchitecture.UNet)]
    [DataRow(PredictionType.Epsilon, LossType.Sigmoid, ScheduleType.InterpolatedCosine, NetworkArchitecture.UVit)]
    [DataRow(PredictionType.X, LossType.MinSnr, ScheduleType.ShiftedCosine, NetworkArchitecture.UVit)]
    [DataRow(PredictionType.V, LossType.V, ScheduleType.Cosine, NetworkArchitecture.ResidualUVit)]
    public void Combinations_of_options_train_and_generate(PredictionType prediction, LossType loss, ScheduleType schedule, NetworkArchitecture architecture)
    {
        var options = TinyData.Options(steps: 2);
        options.Network.Architecture = architecture;
        options.Network.BlocksPerLevel = architecture == NetworkArchitecture.UNet ? [1, 1] : [1];
        options.Diffusion.Prediction = prediction;
        options.Diffusion.Loss = loss;
        options.Diffusion.Schedule = schedule;
        options.Training.GradientAccumulation = 2;
        options.Training.RandomHorizontalFlip = true;
        options.Sampling.GuidanceScale = 2;
        options.Sampling.GuidanceRescale = 0.5f;
        options.Sampling.Thresholding = ThresholdingType.Dynamic;

        using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
        var generated = model.Transform(_context.Data.LoadFromEnumerable(new[] { new Request { Label = "red" } }));

        Assert.HasCount(1, _context.Data.CreateEnumerable<Prediction>(generated, reuseRowObject: false).ToList());
    }

    [TestMethod]
    public void Live_tensors_return_to_where_they_started()
    {
        int parameters = Run();
        long before = LiveTensors.Settled();

        Run();

        // TorchSharp 0.107 counts each parameter of a layer of its own twice and takes it off once, although its memory is freed. Fit makes one
        // network, and the position embedding is ours.
        Assert.AreEqual(parameters - 1, LiveTensors.Settled() - before);

        int Run()
        {
            using var model = _context.Transforms.SimpleDiffusion(TinyData.Options()).Fit(TinyData.View(_context));
            var generated = model.Transform(_context.Data.LoadFromEnumerable(new[] { new Request { Label = "red" } }));
            _ = _context.Data.CreateEnumerable<Prediction>(generated, reuseRowObject: false).ToList();
            return FittedNetwork.Of(model).parameters().Count();
        }
    }

    [TestMethod]
    public void Live_tensors_are_constant_from_step_to_step()
    {
        var options = TinyData.Options(steps: 60);
        using var workload = new Support.TinyTraining(options);
        workload.Step(10);
        long before = LiveTensors.Settled();

        workload.Step(40);

        // Nothing is collected in between: what is not disposed of would show.
        Assert.AreEqual(before, LiveTensors.Count);
    }

    private static float[] Floats(SimpleDiffusionTransformer transformer)
        => FittedNetwork.Of(transformer).parameters().SelectMany(p => p.detach().data<float>().ToArray()).ToArray();

    private sealed class Callback(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
