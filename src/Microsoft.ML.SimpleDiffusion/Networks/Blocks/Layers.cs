using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>Makes the layers of plans and registers them with the module that they belong to, under the names of the plan.</summary>
internal static class Layers
{
    /// <summary>A convolution that keeps height and width.</summary>
    public static Conv2d Add(this nn.Module module, ConvPlan plan)
        => module.Register(plan, nn.Conv2d(plan.Inputs, plan.Outputs, plan.Kernel, padding: plan.Kernel / 2, padding_mode: plan.IsCircular ? PaddingModes.Circular : PaddingModes.Zeros));

    /// <summary>A convolution whose stride is its kernel.</summary>
    public static Conv2d AddStrided(this nn.Module module, ConvPlan plan)
        => module.Register(plan, nn.Conv2d(plan.Inputs, plan.Outputs, plan.Kernel, stride: plan.Kernel));

    public static ConvTranspose2d Add(this nn.Module module, TransposedConvPlan plan)
        => module.Register(plan, nn.ConvTranspose2d(plan.Inputs, plan.Outputs, plan.Kernel, stride: plan.Kernel));

    public static Linear Add(this nn.Module module, DensePlan plan) => module.Register(plan, nn.Linear(plan.Inputs, plan.Outputs, hasBias: plan.HasBias));

    public static GroupNorm Add(this nn.Module module, GroupNormPlan plan) => module.Register(plan, nn.GroupNorm(plan.Groups, plan.Channels));

    public static LayerNorm Add(this nn.Module module, LayerNormPlan plan) => module.Register(plan, nn.LayerNorm(plan.Channels, bias: plan.HasBias));

    public static Embedding Add(this nn.Module module, TablePlan plan) => module.Register(plan, nn.Embedding(plan.Rows, plan.Width));

    /// <summary>
    /// A bare parameter. The field that holds it needs the name as its component name: moving a module frees the old tensor, and TorchSharp finds the field by
    /// that name.
    /// </summary>
    public static Parameter Add(this nn.Module module, PositionsPlan plan)
    {
        var parameter = nn.Parameter(zeros(plan.Positions, plan.Width, device: CPU));
        module.register_parameter(plan.Name, parameter);
        return parameter;
    }

    /// <summary>Modules of one kind in a row.</summary>
    public static ModuleList<TModule> Add<TPlan, TModule>(this nn.Module module, ListPlan<TPlan> plan, Func<TPlan, TModule> create)
        where TPlan : PartPlan
        where TModule : nn.Module
        => module.Register(plan, nn.ModuleList(plan.Items.Select(create).ToArray()));

    /// <summary>Registers a module that a plan describes.</summary>
    public static TModule Register<TModule>(this nn.Module module, PartPlan plan, TModule part)
        where TModule : nn.Module
    {
        module.register_module(plan.Name, part);
        return part;
    }
}
