using System.CommandLine;
using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.GpuCheck;

// The first minutes on a GPU: does it compute what the CPU computes, and how fast.
var device = new Option<ComputeDevice>("--device") { Description = "Cuda, or Cpu to try the check itself where there is no GPU.", DefaultValueFactory = _ => ComputeDevice.Cuda };
var output = new Option<FileInfo?>("--output") { Description = "Markdown file that the tables are appended to; by default they are only printed." };
var seconds = new Option<int>("--seconds-per-network") { Description = "Time to measure each network for.", DefaultValueFactory = _ => 10 };

var command = new RootCommand("Compares a GPU with the CPU, and measures it.") { device, output, seconds };
command.SetAction(result => Check.Run(result.GetValue(device), TimeSpan.FromSeconds(result.GetValue(seconds)), result.GetValue(output)));
return command.Parse(args).Invoke();
