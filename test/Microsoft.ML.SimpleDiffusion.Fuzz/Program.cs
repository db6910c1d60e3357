using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Fuzz;

var iterations = new Option<int>("--iterations") { Description = "Inputs per target.", DefaultValueFactory = _ => 10_000 };
var seed = new Option<int>("--seed") { Description = "Seed of the mutations.", DefaultValueFactory = _ => 1 };
var target = new Option<string?>("--target") { Description = $"One of {string.Join(", ", FuzzTargets.Names)}; all of them by default." };
target.AcceptOnlyFromAmong([.. FuzzTargets.Names]);
var iteration = new Option<int?>("--iteration") { Description = "Run only this one, to see a finding again." };
var corpus = new Option<DirectoryInfo?>("--corpus") { Description = "Folder with a file of inputs for each target: read in the beginning, and written with what was found to take new branches." };

var command = new RootCommand("Feeds mutated files to every reader of the library. Exits with 1 if one throws what it does not declare or takes too long.")
{
    iterations, seed, target, iteration, corpus,
};
command.SetAction(result =>
{
    bool isClean = true;
    foreach (string name in result.GetValue(target) is string one ? [one] : FuzzTargets.Names)
    {
        using var fuzzed = FuzzTargets.Create(name);
        int first = result.GetValue(iteration) ?? 0;
        string? file = result.GetValue(corpus) is { } folder ? Path.Combine(folder.FullName, name + ".zip") : null;
        var inputs = new FuzzCorpus(fuzzed, file);
        var report = FuzzRun.Execute(fuzzed, result.GetValue(seed), first, result.GetValue(iteration) is null ? result.GetValue(iterations) : 1, inputs);
        if (file is not null)
        {
            inputs.Save(file);
        }

        Console.WriteLine(report);
        foreach (string finding in report.Findings)
        {
            Console.WriteLine(finding);
        }

        isClean &= report.Findings.Count == 0;
    }

    return isClean ? 0 : 1;
});
return command.Parse(args).Invoke();
