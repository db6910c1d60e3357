using Microsoft.ML.SimpleDiffusion.Tool;

return CommandLine.Run(args);
