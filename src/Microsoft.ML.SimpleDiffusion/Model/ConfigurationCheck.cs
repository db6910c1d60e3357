using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Model;

/// <summary>Checks a configuration that comes from a file before anything is made of it.</summary>
internal static class ConfigurationCheck
{
    /// <returns>The plan of its network.</returns>
    /// <exception cref="FormatException">It is damaged or incomplete.</exception>
    public static NetworkPlan Run(ModelConfiguration configuration)
    {
        try
        {
            OptionsValidator.Validate(configuration.Options);
            DistillationValidator.ValidateGeneration(configuration.Options, configuration.Distillation);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"The model's configuration is damaged: {e.Message}", e);
        }

        if (configuration.Condition.Kind != ConditionKind.None && configuration.Options.ConditionColumnName is null)
        {
            throw new FormatException("The model's configuration is damaged: its condition has no column.");
        }

        if (configuration.Condition.HasGuidanceInput != configuration.Distillation?.MaxGuidanceScale is not null)
        {
            throw new FormatException("The model's configuration is damaged: its network is told a guidance scale if and only if it has been distilled over a range of them.");
        }

        try
        {
            return NetworkPlan.Of(configuration.Condition.Specify(configuration.Options));
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException($"The model's configuration is incomplete: {e.Message}", e);
        }
    }
}
