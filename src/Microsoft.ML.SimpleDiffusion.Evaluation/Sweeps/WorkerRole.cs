using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>That this process was started to help with a sweep.</summary>
/// <param name="ParentId">The process that began the sweep.</param>
/// <param name="Directory">Full path of the sweep's folder.</param>
internal sealed record WorkerRole(int ParentId, string Directory)
{
    /// <summary>Name of the environment variable that tells a process of its role.</summary>
    public const string Variable = "SIMPLEDIFFUSION_SWEEP_WORKER";

    /// <summary>The role of this process, or null if a user started it.</summary>
    public static WorkerRole? Current() => Parse(Environment.GetEnvironmentVariable(Variable));

    public static WorkerRole? Parse(string? text)
        => text?.Split(';', 2) is [var id, var directory] && int.TryParse(id, CultureInfo.InvariantCulture, out int parent) ? new WorkerRole(parent, directory) : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ParentId};{Directory}");

    /// <summary>Ends this process when the one that began the sweep ends: nobody would expect it to go on.</summary>
    public void EndWithParent()
    {
        var watch = new Thread(() =>
        {
            try
            {
                using var parent = Process.GetProcessById(ParentId);
                parent.WaitForExit();
            }
            catch (ArgumentException)
            {
                // It has ended already.
            }

            Environment.Exit(1);
        })
        {
            IsBackground = true,
            Name = "Sweep: end with the parent",
        };
        watch.Start();
    }
}
