using BenchmarkDotNet.Running;
using Microsoft.ML.SimpleDiffusion.Benchmarks;

// Ratios taken in one run, one line per figure; without the switch, the details through BenchmarkDotNet.
if (args is ["--summary"])
{
    Summary.Print();
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Summary).Assembly).Run(args);
}
