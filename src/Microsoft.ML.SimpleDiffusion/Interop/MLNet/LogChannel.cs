using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimpleDiffusion.Interop.MLNet;

/// <summary>
/// A channel to the log of an <see cref="MLContext"/>. Who listens there is foreign code, whose mistakes must not cost a run: what it throws is swallowed,
/// since there is nobody left to tell.
/// </summary>
/// <param name="environment">Whose log.</param>
/// <param name="name">Name of the channel.</param>
internal sealed class LogChannel(IHostEnvironment environment, string name) : IDisposable
{
    private IChannel? _channel;

    public void Info(string message) => Try(channel => HostExtensions.Info(channel, message));

    public void Warning(string message) => Try(channel => HostExtensions.Warning(channel, message));

    public void Dispose()
    {
        if (_channel is not null)
        {
            Try(channel => channel.Dispose());
        }
    }

    /// <summary>Listeners hear of the opening, too, so that it may fail; the next message tries again.</summary>
    private void Try(Action<IChannel> tell)
    {
        try
        {
            tell(_channel ??= environment.Start(name));
        }
        catch (Exception)
        {
            // Said above.
        }
    }
}
