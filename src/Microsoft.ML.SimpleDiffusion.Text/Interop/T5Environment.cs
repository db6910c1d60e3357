using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;

namespace Microsoft.ML.SimpleDiffusion.Text.Interop;

/// <summary>What ML.NET keeps to itself about environments.</summary>
internal static class T5Environment
{
    public static IHostEnvironment Of(TransformsCatalog.TextTransforms catalog) => CatalogUtils.GetEnvironment(catalog);

    public static void Warning(IHostEnvironment environment, string message)
    {
        using var log = new LogChannel(environment.Register(nameof(T5EncodingTransformer)), "Encoding");
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
