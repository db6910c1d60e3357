using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.TestSupport.Workload;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.GpuCheck;

/// <summary>A network in training on one device.</summary>
internal sealed class ComparedModel : IDisposable
{
    private const int PictureCount = 4;

    private readonly ComputeTarget _target;
    private readonly TrainingWorkload _workload;

    /// <param name="options">Options.</param>
    /// <param name="target">Where it is.</param>
    /// <param name="staysOnDevice">Whether it trains as on a GPU, whatever the device is.</param>
    public ComparedModel(SimpleDiffusionOptions options, ComputeTarget target, bool staysOnDevice)
    {
        _target = target;
        _workload = new TrainingWorkload(options, target, staysOnDevice);
        _workload.RandomizeWeights();
    }

    public void TakeWeightsOf(ComparedModel other) => _workload.State.StartFrom(other._workload.State.Network);

    /// <summary>How far loss, gradient and weights of a step here and there are from each other.</summary>
    public (double Loss, double Gradient, double Weights) StepDifference(ComparedModel other)
    {
        using var scope = NewDisposeScope();
        var builder = new BatchBuilder(_workload.Data, _workload.Options, _workload.Model.Schedule);
        using var batch = builder.Build(0, 0);
        double loss = Gradient(batch), otherLoss = other.Gradient(batch);
        double gradient = Difference(_workload.State.Gradients.Values, other._workload.State.Gradients.Values);
        using (no_grad())
        {
            _workload.State.Gradients.Values.zero_();
            other._workload.State.Gradients.Values.zero_();
        }

        _workload.Step();
        other._workload.Step();
        return (Math.Abs(loss - otherLoss) / Math.Abs(loss), gradient, Difference(_workload.State.Weights.Values, other._workload.State.Weights.Values));
    }

    /// <summary>Mean difference of generated pictures in levels of 255.</summary>
    public double PictureDifference(ComparedModel other)
    {
        byte[][] pictures = Generate(), others = other.Generate();
        return pictures.Zip(others).Average(pair => pair.First.Zip(pair.Second).Average(pixels => Math.Abs(pixels.First - pixels.Second)));
    }

    public void Dispose() => _workload.Dispose();

    private double Gradient(TrainingBatch batch)
    {
        using var total = zeros([], dtype: ScalarType.Float64, device: _target.Device);
        _workload.Trainer.AccumulateGradient(batch, total);
        return total.cpu().item<double>();
    }

    private byte[][] Generate()
    {
        var options = _workload.Options;
        using var average = _workload.State.WearEma();
        _workload.Model.Network.eval();
        var condition = _workload.Configuration.Condition.Kind == ConditionKind.Text ? RowCondition.OfText("a caption"u8.ToArray()) : RowCondition.OfClass(1);
        var requests = Enumerable.Range(0, PictureCount).Select(i => new GenerationRequest(condition, (ulong)i)).ToList();
        return TorchGenerator.Generate(_workload.Model, _workload.Configuration, requests, options.Sampling, CancellationToken.None);
    }

    private static double Difference(Tensor here, Tensor there)
    {
        using var scope = NewDisposeScope();
        var expected = here.cpu().to(ScalarType.Float64);
        return ((expected - there.cpu().to(ScalarType.Float64)).norm() / expected.norm()).item<double>();
    }
}
