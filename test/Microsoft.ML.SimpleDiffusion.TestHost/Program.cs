using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

// A training in a process of its own, for tests to kill: trains the tiny network with a checkpoint after every step, and saves the model.
if (args is not [var checkpoints, var output, var steps])
{
    Console.Error.WriteLine("Arguments: CHECKPOINT_FOLDER OUTPUT_FOLDER STEPS");
    return 2;
}

var context = new MLContext(1);
var options = TinyData.Options(int.Parse(steps, CultureInfo.InvariantCulture));
options.Training.CheckpointDirectory = checkpoints;
options.Training.CheckpointEverySteps = 1;
options.Training.CheckpointsToKeep = 3;
options.Network.Dropout = 0.1f;
options.Compute.Threads = 1;
using var model = context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(context));
model.SaveAsSafetensors(output);
return 0;
