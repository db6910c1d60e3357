using Spectre.Console;

namespace Microsoft.ML.SimpleDiffusion.Tool.Terminal;

/// <summary>A training run as a bar.</summary>
internal sealed class TrainingBar(ProgressContext context) : IProgress<TrainingProgress>
{
    private readonly ProgressTask _task = context.AddTask("reading images", autoStart: true);

    public void Report(TrainingProgress value)
    {
        _task.MaxValue = value.TotalSteps;
        _task.Value = value.Step;
        _task.Description = Markup.Escape(TrainingText.Of(value));
    }
}
