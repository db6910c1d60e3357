using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>How to generate; what is not given is as the model has it.</summary>
internal sealed class SamplingArguments
{
    private readonly Option<float?> _guidance = new("--guidance") { Description = "Guidance scale: above 1 images show more clearly what was asked for, and vary less." };
    private readonly Option<int?> _steps = new("--steps") { Description = "Network evaluations for an image (twice as many under guidance)." };
    private readonly Option<SamplerType?> _sampler = new("--sampler") { Description = "How to go from noise to image." };
    private readonly Option<int?> _seed = new("--seed") { Description = "Seed of the noise: the same seed, the same images." };
    private readonly Option<string[]> _set = new("--set") { Description = "A sampling option by its path, such as Sampling.Thresholding=Dynamic. May be repeated.", HelpName = "option=value" };

    public void AddTo(System.CommandLine.Command command)
    {
        foreach (var option in new Option[] { _guidance, _steps, _sampler, _seed, _set })
        {
            command.Add(option);
        }
    }

    /// <returns>A model that generates so, sharing the given one's weights.</returns>
    /// <exception cref="UsageException">Something cannot be.</exception>
    public SimpleDiffusionTransformer Apply(ParseResult result, SimpleDiffusionTransformer model)
    {
        var options = model.Options;
        foreach (string assignment in result.GetValue(_set) ?? [])
        {
            if (!assignment.StartsWith("Sampling.", StringComparison.OrdinalIgnoreCase))
            {
                throw new UsageException($"'{assignment}' is no sampling option: everything else is settled when a model is trained.");
            }

            OptionSettings.Set(options, assignment);
        }

        var sampling = options.Sampling;
        sampling.GuidanceScale = result.GetValue(_guidance) ?? sampling.GuidanceScale;
        sampling.Steps = result.GetValue(_steps) ?? sampling.Steps;
        sampling.Sampler = result.GetValue(_sampler) ?? sampling.Sampler;
        sampling.Seed = result.GetValue(_seed) ?? sampling.Seed;
        return model.WithSampling(sampling);
    }
}
