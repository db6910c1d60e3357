using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Experiments.Ablations;
using Microsoft.ML.SimpleDiffusion.Experiments.Distillation;
using Microsoft.ML.SimpleDiffusion.Experiments.Judging;
using Microsoft.ML.SimpleDiffusion.Experiments.Recipe;
using Microsoft.ML.SimpleDiffusion.Experiments.Seeds;
using Microsoft.ML.SimpleDiffusion.Experiments.Training;
using Microsoft.ML.SimpleDiffusion.Experiments.Wording;

var command = new RootCommand("Measures what docs/ says of the samples and of the paper's tables.")
{
    AblationsCommand.Create(), SamplersCommand.Create(), EvaluateCommand.Create(), JudgeCommand.Create(), SeedsCommand.Create(), DistillationCommand.Create(),
    RecipeCommand.Create(), WordingCommand.Create(),
};
return command.Parse(args).Invoke();
