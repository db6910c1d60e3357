namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>A context, and what is said to its log.</summary>
internal sealed class CapturedLog
{
    private readonly List<string> _messages = [];

    public CapturedLog() => Context.Log += (_, e) =>
    {
        lock (_messages)
        {
            _messages.Add(e.Message);
        }
    };

    public MLContext Context { get; } = new(1);

    /// <summary>The messages that contain a text, in order.</summary>
    public string[] With(string text)
    {
        lock (_messages)
        {
            return [.. _messages.Where(message => message.Contains(text, StringComparison.Ordinal))];
        }
    }
}
