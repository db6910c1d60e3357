using BenchmarkDotNet.Running;
using Microsoft.ML.SimpleDiffusion.Benchmarks;
using Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

// Ratios taken in one run, one line per figure, of all groups or of those named; without the switch, the details through BenchmarkDotNet.
if (args is ["--summary", .. var groups])
{
    Summary.Print(groups);
}
else if (args is [PeakMemory.Switch, .. var settings])
{
    PeakMemory.Print(settings);
}
else if (args is [FirstImage.Switch, var model, var label])
{
    FirstImage.Print(model, label);
}
else if (args is [MetricsFigures.MemorySwitch])
{
    MetricsFigures.PrintMemory();
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Summary).Assembly).Run(args);
}
