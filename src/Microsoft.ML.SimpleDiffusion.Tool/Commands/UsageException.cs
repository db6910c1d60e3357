namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>The command line, or a configuration file that it names, asks for something that there is not.</summary>
internal sealed class UsageException(string message) : Exception(message);
