using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Optimizers;

/// <summary>
/// libtorch's fused AdamW, one kernel over the flat buffers. TorchSharp does not offer it, but its scripts reach every operator. Meant for GPUs: clipping and
/// the decision whether to step stay on the device, so that the host never waits for it. On a CPU <see cref="SimdAdam"/> is faster.
/// </summary>
/// <param name="range">What it changes of the buffers.</param>
internal sealed class FusedAdam(FlatRange range) : IOptimizer
{
    // A mistake in a script can end the process, so it is a constant that a test runs. The lists must come from outside: of a list that the script
    // makes and does not return, the compiler thinks that nobody will miss what is written to it.
    private const string Script = """
        def step(weights: List[Tensor], gradient: List[Tensor], first: List[Tensor], second: List[Tensor], average: List[Tensor], number: List[Tensor],
                 divisor: Tensor, is_skipped: Tensor, learning_rate: float, beta1: float, beta2: float, weight_decay: float, epsilon: float, average_rate: float):
            torch._fused_adamw_(weights, gradient, first, second, [], number, lr=learning_rate, beta1=beta1, beta2=beta2,
                                weight_decay=weight_decay, eps=epsilon, amsgrad=False, maximize=False, grad_scale=divisor, found_inf=is_skipped)
            for i in range(len(weights)):
                average[i].lerp_(weights[i], average_rate * (1 - is_skipped))
                gradient[i].zero_()
            return 0

        """;

    private static readonly Lazy<jit.CompilationUnit> Program = new(() => jit.compile(Script));

    /// <inheritdoc/>
    public void Apply(TrainingState state, AdamUpdate update, Tensor loss, Tensor gradientNorm)
    {
        if (range.Length == 0)
        {
            return;
        }

        using var guard = no_grad();
        using var scope = NewDisposeScope();

        // Filled by a kernel: a number that is uploaded would be waited for.
        var number = full([], (float)update.Number, dtype: ScalarType.Float32, device: state.Weights.Values.device);
        var isSkipped = gradientNorm.isfinite().logical_and(loss.isfinite()).logical_not().to(ScalarType.Float32);
        Program.Value.invoke(
            "step",
            Parts(state.Weights),
            Parts(state.Gradients),
            Parts(state.FirstMoments),
            Parts(state.SecondMoments),
            Parts(state.EmaWeights),
            new[] { number },
            Divisor(update, gradientNorm),
            isSkipped,
            update.LearningRate,
            update.Beta1,
            update.Beta2,
            update.WeightDecay,
            update.Epsilon,
            update.EmaRate);
    }

    private Tensor[] Parts(FlatBuffer buffer) => [buffer.Part(range)];

    /// <summary>What clipping divides the gradient by: the kernel divides, where <see cref="AdamUpdate.GradientScale"/> multiplies.</summary>
    private static Tensor Divisor(AdamUpdate update, Tensor gradientNorm)
        => update.GradientClipNorm > 0 ? (gradientNorm / update.GradientClipNorm).clamp_min(1) : ones_like(gradientNorm);
}
