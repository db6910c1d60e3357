using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;

/// <summary>Steps that a student is to make at once, on its device. Owns its tensors.</summary>
/// <param name="Z">Where they begin: noisy images [B, C, H, W].</param>
/// <param name="LogSnr">Their log-SNR [B].</param>
/// <param name="Velocity">The v that leads to where the teacher arrives [B, C, H, W].</param>
/// <param name="Conditions">What the images are to show.</param>
internal sealed record JumpExamples(Tensor Z, Tensor LogSnr, Tensor Velocity, ImageConditions Conditions) : IDisposable
{
    /// <summary>Lets the tensors outlive the current dispose scope.</summary>
    public JumpExamples Keep()
    {
        Z.DetachFromDisposeScope();
        LogSnr.DetachFromDisposeScope();
        Velocity.DetachFromDisposeScope();
        Conditions.Map(tensor => tensor.DetachFromDisposeScope());
        return this;
    }

    public void Dispose()
    {
        Z.Dispose();
        LogSnr.Dispose();
        Velocity.Dispose();
        Conditions.Dispose();
    }
}
