using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx;

/// <summary>Checks all options of this package in one place.</summary>
internal static class OnnxOptionsValidator
{
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static void Validate(OnnxExportOptions options)
    {
        Require.Defined(nameof(options.Precision), options.Precision);
        Require.Range(nameof(options.ExternalDataFromBytes), options.ExternalDataFromBytes, 1, OnnxExportOptions.MaxInlineBytes);
    }

    /// <summary>Checks that a whole sampler can do what a model's options say.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They need more than noise and a condition.</exception>
    public static void ValidateWholeSampler(SimpleDiffusionOptions model)
    {
        RequireNone(nameof(model.InputImageColumnName), model.InputImageColumnName);
        RequireNone(nameof(model.NegativePromptColumnName), model.NegativePromptColumnName);

        static void RequireNone(string option, string? column)
            => Require.That(option, column, column is null, "must be null for the export of a whole sampler, which knows noise and a condition only: export the network instead");
    }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static void Validate(OnnxGenerationOptions options)
    {
        Require.Defined(nameof(options.Device), options.Device);
        Require.AtLeast(nameof(options.DeviceIndex), options.DeviceIndex, 0);
        Require.AtLeast(nameof(options.Threads), options.Threads ?? 1, 1);
        Require.NotEmptyUnlessNull(nameof(options.ConditionColumnName), options.ConditionColumnName);
    }

    /// <summary>Checks what is to be made of a model.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="model">What is known of the model.</param>
    /// <returns>The options in force.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or something is asked of the model that it has not learnt.</exception>
    public static SimpleDiffusionOptions Resolve(OnnxGenerationOptions options, ModelConfiguration model)
    {
        bool knowsConditions = model.Condition.Kind != ConditionKind.None;
        Require.That(nameof(options.ConditionColumnName), options.ConditionColumnName, options.ConditionColumnName is null || knowsConditions, "must be null for an unconditional model");
        var resolved = options.ApplyTo(model.Options);
        OptionsValidator.Validate(resolved);
        OptionsValidator.ValidateGeneration(resolved, model.Condition, model.Distillation);
        return resolved;
    }
}
