using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>Models whose weights are all random, those included that begin as zero and would hide a mistake.</summary>
internal static class RandomModel
{
    /// <param name="context">The context.</param>
    /// <param name="options">Its options, of three classes; by default <see cref="TinyData.Options"/>.</param>
    public static SimpleDiffusionTransformer Create(MLContext context, SimpleDiffusionOptions? options = null)
        => new(context, new TorchGenerator(Trained(options ?? TinyData.Options(), new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = TinyData.Labels })));

    public static TrainedModel Trained(SimpleDiffusionOptions options, ConditionDescription condition)
    {
        var resolved = OptionsResolver.Resolve(options, hasGpu: false, seed: 1, condition.Kind);
        var model = new DenoisingModel(resolved, condition, ComputeTarget.Resolve(resolved.Compute));
        using var guard = no_grad();
        manual_seed(5);
        foreach (var weight in model.Network.parameters())
        {
            weight.normal_(0, 0.1);
        }

        return TrainedModel.Of(model, new ModelConfiguration { Options = resolved, Condition = condition, TrainedSteps = 1 });
    }
}
