using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;

namespace Microsoft.ML.SimpleDiffusion.Text.Interop;

/// <summary>What ML.NET keeps to itself about environments.</summary>
internal static class TextEnvironment
{
    public static IHostEnvironment Of(TransformsCatalog.TextTransforms catalog) => CatalogUtils.GetEnvironment(catalog);

    /// <summary>Writes a warning to the log.</summary>
    /// <param name="environment">Whose log.</param>
    /// <param name="source">The transformer that warns.</param>
    /// <param name="message">What it says.</param>
    public static void Warning(IHostEnvironment environment, string source, string message)
    {
        using var log = new LogChannel(environment.Register(source), "Encoding");
        log.Warning(message);
    }

    /// <exception cref="OperationCanceledException">The context has been cancelled.</exception>
    public static void CheckAlive(IHostEnvironment environment)
    {
        if (environment is ICancelable { IsCanceled: true })
        {
            throw new OperationCanceledException("The MLContext was cancelled.");
        }
    }
}
