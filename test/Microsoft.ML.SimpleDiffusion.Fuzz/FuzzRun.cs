using System.Diagnostics;

namespace Microsoft.ML.SimpleDiffusion.Fuzz;

/// <summary>Feeds a target. Each input is a function of seed, iteration and corpus, so that every finding can be seen again.</summary>
public static class FuzzRun
{
    private const int MaxFindings = 10;
    private const int SampleMemoryEvery = 64;
    private const int MaxShown = 4096;

    /// <summary>An input of a few kilobytes that takes more processor time is a finding too. Other programs on the machine do not count.</summary>
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(10);

    /// <param name="target">What is fed.</param>
    /// <param name="seed">Seed of the mutations.</param>
    /// <param name="first">First iteration.</param>
    /// <param name="count">Number of iterations.</param>
    /// <param name="corpus">What mutations start from, and where inputs that take new branches go; null for the target's own.</param>
    public static FuzzReport Execute(FuzzTarget target, int seed, int first, int count, FuzzCorpus? corpus = null)
    {
        corpus ??= new FuzzCorpus(target);
        byte[] seen = Coverage.NewMap();
        int accepted = 0, slowestIteration = first;
        long peakManaged = 0;
        var slowest = TimeSpan.Zero;
        var refused = new Dictionary<string, int>();
        var findings = new List<string>();
        var kinds = new HashSet<string>();
        var clock = Stopwatch.StartNew();
        for (int iteration = first; iteration < first + count && findings.Count < MaxFindings; iteration++)
        {
            byte[] input = new Mutator(new Random(unchecked((seed * 486_187_739) + iteration))).Mutate(target, corpus.Inputs);
            Coverage.Clear();
            var start = Environment.CpuUsage.TotalTime;
            var outcome = Feed(target, input);
            if (Coverage.AddTo(seen) && iteration > first)
            {
                corpus.Add(input);
            }

            if (outcome is not { } exception)
            {
                accepted++;
            }
            else
            {
                string type = exception.GetType().Name;
                refused[type] = refused.GetValueOrDefault(type) + 1;
                if (!target.IsDeclared(exception) && kinds.Add(Kind(exception)))
                {
                    Report(iteration, input, exception.ToString());
                }
            }

            var time = Environment.CpuUsage.TotalTime - start;
            (slowest, slowestIteration) = time > slowest ? (time, iteration) : (slowest, slowestIteration);
            if (time > TooLong)
            {
                Report(iteration, input, $"took {time.TotalSeconds:F1} s");
            }

            if (iteration % SampleMemoryEvery == 0)
            {
                peakManaged = Math.Max(peakManaged, GC.GetTotalMemory(forceFullCollection: false));
            }
        }

        using var process = Process.GetCurrentProcess();
        return new FuzzReport
        {
            Target = target.Name,
            Inputs = accepted + refused.Values.Sum(),
            Time = clock.Elapsed,
            Accepted = accepted,
            Refused = refused,
            PeakManagedBytes = peakManaged,
            PeakResidentBytes = process.PeakWorkingSet64,
            Slowest = slowest,
            SlowestIteration = slowestIteration,
            Findings = findings,
            Corpus = corpus.Inputs.Count,
        };

        void Report(int iteration, byte[] input, string what)
            => findings.Add($"{target.Name}, --target {target.Name} --seed {seed} --iteration {iteration}: {what}{Environment.NewLine}input {Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, MaxShown)))}");
    }

    /// <summary>Exceptions of one type from one place are one finding.</summary>
    private static string Kind(Exception exception) => $"{exception.GetType()} {exception.StackTrace?.Split('\n')[0]}";

    /// <summary>What the target throws, whatever it is: deciding what is wrong is what a fuzzer is for.</summary>
    private static Exception? Feed(FuzzTarget target, byte[] input)
    {
        try
        {
            target.Read(input);
            return null;
        }
#pragma warning disable CA1031 // Every exception is a result here.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }
}
