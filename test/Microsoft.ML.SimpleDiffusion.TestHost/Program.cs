using Microsoft.ML.SimpleDiffusion.TestHost;

// Does in a process of its own what tests cannot do in theirs.
return args switch
{
    ["train", var checkpoints, var output, var steps] => Commands.Train(checkpoints, output, steps),
    ["save-in-turn", var first, var second, var output] => Commands.SaveInTurn(first, second, output),
    ["load", var model] => Commands.Load(model),
    ["load-libtorch"] => Commands.LoadLibTorch(),
    ["native-functions"] => Commands.PrintNativeFunctions(),
    _ => Commands.Fail("Unknown command."),
};
