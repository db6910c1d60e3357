using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.TestSupport.Workload;

/// <summary>A model with untrained weights that generates a batch of pictures: speed does not depend on what the weights are.</summary>
internal sealed class SamplingWorkload : IDisposable
{
    private const int ClassCount = 10;

    private readonly TrainedModel _model;
    private readonly List<GenerationRequest> _requests;

    public SamplingWorkload(SimpleDiffusionOptions options)
    {
        var resolved = OptionsResolver.Resolve(options, hasGpu: false, seed: 1);
        var configuration = new ModelConfiguration
        {
            Options = resolved,
            Condition = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = Enumerable.Range(0, ClassCount).Select(i => $"class {i}").ToArray() },
            TrainedSteps = 0,
        };
        _model = TrainedModel.Create(configuration, ComputeTarget.Resolve(options.Compute), network => WeightInitializer.Initialize(network, seed: 1));
        _requests = Enumerable.Range(0, options.Training.BatchSize).Select(i => new GenerationRequest(RowCondition.OfClass(i % ClassCount), (ulong)i)).ToList();
    }

    /// <summary>Floating-point operations of a network evaluation for all pictures.</summary>
    public double ForwardFlops => (double)_model.Network.Plan.Flops * _requests.Count;

    public void Generate(SamplingOptions sampling) => _model.Generate(_requests, sampling, CancellationToken.None);

    public void Dispose() => _model.Dispose();
}
