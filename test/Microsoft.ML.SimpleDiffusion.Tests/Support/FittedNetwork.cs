using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Networks;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>The network inside a fitted transformer.</summary>
internal static class FittedNetwork
{
    /// <summary>For reading, as long as the transformer lives.</summary>
    public static DenoisingNetwork Of(SimpleDiffusionTransformer transformer) => ((TorchGenerator)transformer.Model).Model.Use(model => model.Network);
}
