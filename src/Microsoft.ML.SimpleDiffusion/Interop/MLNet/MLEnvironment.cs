using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimpleDiffusion.Interop.MLNet;

/// <summary>What ML.NET keeps to itself about environments.</summary>
internal static class MLEnvironment
{
    public static IHostEnvironment Of(TransformsCatalog catalog) => CatalogUtils.GetEnvironment(catalog);

    public static IHostEnvironment Of(ModelOperationsCatalog catalog) => CatalogUtils.GetEnvironment(catalog);

    /// <summary>A seed that follows from the seed of the context, or a fresh one if the context has none.</summary>
    public static int SeedOf(IHostEnvironment environment) => environment.Register(nameof(SimpleDiffusionEstimator)).Rand.Next();

    /// <summary>Does something that may have warnings for the log.</summary>
    public static T Warn<T>(IHostEnvironment environment, Func<Action<string>, T> action)
    {
        using var log = new LogChannel(environment, nameof(SimpleDiffusion));
        return action(log.Warning);
    }

    /// <summary>Warns in the log, if there is something to warn of.</summary>
    public static void Warn(IHostEnvironment environment, string? message)
    {
        if (message is not null)
        {
            using var log = new LogChannel(environment, nameof(SimpleDiffusion));
            log.Warning(message);
        }
    }

    public static bool IsCancelled(IHostEnvironment environment) => environment is ICancelable { IsCanceled: true };

    /// <exception cref="OperationCanceledException">The context has been cancelled.</exception>
    public static void CheckAlive(IHostEnvironment environment)
    {
        if (IsCancelled(environment))
        {
            throw new OperationCanceledException("The MLContext was cancelled.");
        }
    }
}
