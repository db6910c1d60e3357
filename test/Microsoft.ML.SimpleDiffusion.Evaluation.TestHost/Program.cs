using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.Evaluation.TestHost;
using Microsoft.ML.SimpleDiffusion.TestSupport;

// A sweep in two processes, for tests to look at and to kill.
if (args is not [var directory, var conduct])
{
    Console.Error.WriteLine("Arguments: FOLDER work|die|wait");
    return 2;
}

Console.WriteLine($"Process {Environment.ProcessId} begins.");
var context = new MLContext(1);
var result = context.ImageGeneration().Sweep(TinyData.View(context), TinyData.View(context, 6), new SweepOptions
{
    Base = TinyData.Options(steps: 2),
    Trials = 6,
    Parameters = ["Training.LearningRate"],
    Metric = new MeetingMetric(Path.Combine(directory, "processes"), conduct),
    Directory = Path.Combine(directory, "sweep"),
    ParallelProcesses = 2,
});
File.WriteAllText(Path.Combine(directory, $"result-{Environment.ProcessId}.md"), result.ToMarkdown());
return 0;
