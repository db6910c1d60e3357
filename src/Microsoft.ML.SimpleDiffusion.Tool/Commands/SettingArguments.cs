using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>How to train: a preset, then a file, then single options, then the switches that everybody needs; what comes later wins.</summary>
internal sealed class SettingArguments
{
    private readonly Option<string?> _preset = new("--preset") { Description = "Options to begin with: a row of docs/presets.md. By default the library chooses by image size." };
    private readonly Option<FileInfo?> _config = new("--config") { Description = "File in JSON with options, such as { \"Training\": { \"Steps\": 1000 } }." };
    private readonly Option<string[]> _set = new("--set") { Description = "An option by its path, such as Training.LearningRate=1e-3. May be repeated.", HelpName = "option=value" };
    private readonly Option<ImageSizeText?> _size = new("--size") { Description = "Side of the generated images, or height and width such as 48x64. Default: 64.", CustomParser = ImageSizeText.Parse };
    private readonly Option<int?> _steps = new("--steps") { Description = "Optimizer steps. Default: 10,000." };
    private readonly Option<int?> _seed = new("--seed") { Description = "Seed of everything random." };

    public SettingArguments() => _preset.AcceptOnlyFromAmong(Presets.Names);

    public void AddTo(System.CommandLine.Command command)
    {
        foreach (var option in new Option[] { _size, _steps, _seed, _preset, _config, _set })
        {
            command.Add(option);
        }
    }

    /// <exception cref="UsageException">Something cannot be.</exception>
    public SimpleDiffusionOptions Read(ParseResult result)
    {
        var options = result.GetValue(_preset) is string preset ? Presets.Create(preset) : Default();
        if (result.GetValue(_config) is { } file)
        {
            OptionSettings.SetFromFile(options, file);
        }

        foreach (string assignment in result.GetValue(_set) ?? [])
        {
            OptionSettings.Set(options, assignment);
        }

        if (result.GetValue(_size) is { } size)
        {
            (options.ImageHeight, options.ImageWidth) = (size.Height, size.Width);
        }

        options.Training.Steps = result.GetValue(_steps) ?? options.Training.Steps;
        options.Seed = result.GetValue(_seed) ?? options.Seed;
        return options;
    }

    /// <summary>The library's own, but for the sampler: the paper's takes four times as long for pictures that look the same.</summary>
    private static SimpleDiffusionOptions Default() => new() { Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 25 } };
}
