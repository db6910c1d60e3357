using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimpleDiffusion.Interop.MLNet;

/// <summary>
/// A channel to the log of an <see cref="MLContext"/>. Who listens there is foreign code, whose mistakes must not cost a run: what it throws is swallowed,
/// since there is nobody left to tell.
/// </summary>
/// <remarks>A pipe and not a channel: ML.NET tells the listeners of a channel's opening, too, and gives none to who has such a listener.</remarks>
/// <param name="environment">Whose log.</param>
/// <param name="name">Name of the channel.</param>
internal sealed class LogChannel(IHostEnvironment environment, string name) : IDisposable
{
    private readonly IPipe<ChannelMessage> _pipe = environment.StartPipe<ChannelMessage>(name);

    public void Info(string message) => Send(ChannelMessageKind.Info, message);

    public void Warning(string message) => Send(ChannelMessageKind.Warning, message);

    public void Dispose() => _pipe.Dispose();

    private void Send(ChannelMessageKind kind, string message)
    {
        try
        {
            _pipe.Send(new ChannelMessage(kind, MessageSensitivity.Unknown, message));
        }
        catch (Exception)
        {
            // Said above.
        }
    }
}
