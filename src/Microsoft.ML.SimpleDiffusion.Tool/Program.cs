using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Tool;

var command = new RootCommand("Works with models of Microsoft.ML.SimpleDiffusion.") { ReportCommand.Create() };
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
