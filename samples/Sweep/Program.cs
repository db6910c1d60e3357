using System.CommandLine;
using SweepSample;

var images = new Option<DirectoryInfo?>("--images") { Description = "Pictures, a folder per class, instead of drawn shapes." };
var output = new Option<DirectoryInfo>("--output") { Description = "Folder for everything that is written. A sweep that was stopped goes on from there.", DefaultValueFactory = _ => new DirectoryInfo("sweep-output") };
var size = new Option<int>("--size") { Description = "Height and width of the pictures in pixels.", DefaultValueFactory = _ => 32 };
var trials = new Option<int>("--trials") { Description = "Trials, the default included.", DefaultValueFactory = _ => 12 };
var steps = new Option<int>("--steps") { Description = "Training steps of a trial that is trained to the end.", DefaultValueFactory = _ => 560 };
var pictures = new Option<int>("--pictures") { Description = "Pictures to generate for each measurement.", DefaultValueFactory = _ => 256 };
var seeds = new Option<int>("--seeds") { Description = "Further seeds with which the best trial and the default are trained again.", DefaultValueFactory = _ => 2 };
var processes = new Option<int>("--processes") { Description = "Processes that train at the same time.", DefaultValueFactory = _ => 1 };
var threads = new Option<int?>("--threads") { Description = "CPU threads of each process; by default the cores are shared out." };

var command = new RootCommand("Looks for better training options than QuickStart's by successive halving, with the classifier distance as the measure.")
{
    images, output, size, trials, steps, pictures, seeds, processes, threads,
};
command.SetAction((result, cancellationToken) => Task.FromResult(Guard(() => new SweepExample(
    new Settings
    {
        Images = result.GetValue(images),
        Output = result.GetRequiredValue(output),
        Size = result.GetValue(size),
        Trials = result.GetValue(trials),
        Steps = result.GetValue(steps),
        Pictures = result.GetValue(pictures),
        Seeds = result.GetValue(seeds),
        Processes = result.GetValue(processes),
        Threads = result.GetValue(threads),
    },
    cancellationToken).Run())));

// A signal ends the training between two steps; then its checkpoint is written.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(10) });

// What a person should read instead of a stack trace.
static int Guard(Action action)
{
    const int Interrupted = 130;
    try
    {
        action();
        return 0;
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine("Stopped. The same command goes on from here.");
        return Interrupted;
    }
    catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException or FormatException)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
}
