using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.TestSupport.Workload;

/// <summary>A model with untrained weights that generates a batch of pictures: speed does not depend on what the weights are.</summary>
internal sealed class SamplingWorkload : IDisposable
{
    private const int ClassCount = 10;

    private readonly TorchGenerator _generator;
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
        var model = new DenoisingModel(resolved, configuration.Condition, ComputeTarget.Resolve(options.Compute));
        WeightInitializer.Initialize(model.Network, seed: 1);
        Plan = model.Network.Plan;
        _generator = new TorchGenerator(TrainedModel.Of(model, configuration));
        _requests = Enumerable.Range(0, options.Training.BatchSize).Select(i => new GenerationRequest(RowCondition.OfClass(i % ClassCount), (ulong)i)).ToList();
    }

    public NetworkPlan Plan { get; }

    /// <summary>Floating-point operations of a network evaluation for all pictures.</summary>
    public double ForwardFlops => (double)Plan.Flops * _requests.Count;

    /// <summary>The model as users have it. The caller disposes of it.</summary>
    public SimpleDiffusionTransformer ToTransformer(MLContext context) => new(context, _generator.Share());

    public void Generate(SamplingOptions sampling) => _generator.Generate(_requests, sampling, CancellationToken.None);

    public void Dispose() => _generator.Dispose();
}
