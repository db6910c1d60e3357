using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>
/// libtorch's fused AdamW, one kernel over the flat buffers. TorchSharp does not offer it, but its scripts reach every operator. Meant for GPUs: on a CPU
/// the SIMD loop of <see cref="AdamOptimizer"/> is faster.
/// </summary>
internal static class FusedAdam
{
    // A mistake in a script can end the process, so it is a constant that a test runs. The lists must come from outside: of a list that the script
    // makes and does not return, the compiler thinks that nobody will miss what is written to it.
    private const string Script = """
        def step(weights: List[Tensor], gradient: List[Tensor], first: List[Tensor], second: List[Tensor], average: Tensor, number: List[Tensor],
                 divisor: Tensor, learning_rate: float, beta1: float, beta2: float, weight_decay: float, epsilon: float, average_rate: float):
            torch._fused_adamw_(weights, gradient, first, second, [], number, lr=learning_rate, beta1=beta1, beta2=beta2,
                                weight_decay=weight_decay, eps=epsilon, amsgrad=False, maximize=False, grad_scale=divisor, found_inf=None)
            average.lerp_(weights[0], average_rate)
            gradient[0].zero_()
            return 0

        """;

    private static readonly Lazy<jit.CompilationUnit> Program = new(() => jit.compile(Script));

    public static void Apply(TrainingState state, AdamUpdate update)
    {
        using var scope = NewDisposeScope();
        var device = state.Weights.Values.device;

        // The kernel divides the gradient, where clipping multiplies it.
        var number = tensor((float)update.Number, device: device);
        var divisor = tensor((float)(1 / update.GradientScale), device: device);
        Program.Value.invoke(
            "step",
            new[] { state.Weights.Values },
            new[] { state.Gradients.Values },
            new[] { state.FirstMoments.Values },
            new[] { state.SecondMoments.Values },
            state.AverageWeights.Values,
            new[] { number },
            divisor,
            update.LearningRate,
            update.Beta1,
            update.Beta2,
            update.WeightDecay,
            update.Epsilon,
            update.AverageRate);
    }
}
