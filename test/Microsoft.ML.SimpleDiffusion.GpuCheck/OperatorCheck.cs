using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.GpuCheck;

/// <summary>Whether operators compute in what <see cref="OperatorPrecision"/> says.</summary>
internal static class OperatorCheck
{
    /// <returns>Whether they all do.</returns>
    public static bool Run(ComputeTarget target, Report report)
    {
        report.TableHead("operator in bfloat16", "of float32", "of bfloat16", "as the table says");
        bool agrees = true;
        foreach (var operation in Enum.GetValues<NetworkOperator>())
        {
            var (single, half) = (ResultOf(operation, ScalarType.Float32, target), ResultOf(operation, ScalarType.BFloat16, target));
            bool isRight = single == OperatorPrecision.ResultOf(operation, target.Device.type, ScalarType.Float32)
                && half == OperatorPrecision.ResultOf(operation, target.Device.type, ScalarType.BFloat16);
            report.TableRow($"{operation}", $"{single}", $"{half}", isRight ? "yes" : "**no**");
            agrees &= isRight;
        }

        return agrees;
    }

    private static ScalarType ResultOf(NetworkOperator operation, ScalarType type, ComputeTarget target)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var autocast = Autocast.Enter(ComputePrecision.BFloat16, target.Device.type);
        Tensor maps = randn([2, 64, 8, 8], device: target.Device).to(type), tokens = randn([2, 64, 64], device: target.Device).to(type);
        using var module = CreateModule(operation);
        module?.to(target.Device);
        return operation switch
        {
            NetworkOperator.Attention => ScaledDotProduct.Attend(Heads(tokens), Heads(tokens), Heads(tokens)).dtype,
            NetworkOperator.Swish => nn.functional.silu(maps).dtype,
            NetworkOperator.GroupNorm => Norms.Normalized((TorchSharp.Modules.GroupNorm)module!, maps).dtype,
            NetworkOperator.LayerNorm => Norms.Normalized((TorchSharp.Modules.LayerNorm)module!, tokens).dtype,
            NetworkOperator.Convolution => ((TorchSharp.Modules.Conv2d)module!).forward(maps).dtype,
            NetworkOperator.Dense => ((TorchSharp.Modules.Linear)module!).forward(tokens).dtype,
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "Unknown operator."),
        };

        static Tensor Heads(Tensor tokens) => tokens.view(2, 64, 4, 16).transpose(1, 2);
    }

    private static nn.Module? CreateModule(NetworkOperator operation) => operation switch
    {
        NetworkOperator.GroupNorm => nn.GroupNorm(32, 64),
        NetworkOperator.LayerNorm => nn.LayerNorm(64),
        NetworkOperator.Convolution => nn.Conv2d(64, 64, 3),
        NetworkOperator.Dense => nn.Linear(64, 64),
        _ => null,
    };
}
