using Microsoft.ML.SimpleDiffusion.TestHost;

// Does in a process of its own what tests cannot do in theirs.
return args switch
{
    ["train", var checkpoints, var output, var steps] => Commands.Train(checkpoints, output, steps),
    ["save-in-turn", var first, var second, var output] => Commands.SaveInTurn(first, second, output),
    ["load", var model] => Commands.Load(model),
    ["load-libtorch"] => Commands.LoadLibTorch(),
    ["train-on-ranks", var folder, var steps, var stopAt] => RankCommands.Train(folder, steps, stopAt),
    ["distill-on-ranks", var teacher, var folder] => RankCommands.Distill(teacher, folder),
    ["suffer-on-ranks", var folder, var fault] => RankCommands.Suffer(folder, fault),
    ["differ-on-ranks", var folder, var how] => RankCommands.Differ(folder, how),
    ["native-functions"] => Commands.PrintNativeFunctions(),
    _ => Commands.Fail("Unknown command."),
};
