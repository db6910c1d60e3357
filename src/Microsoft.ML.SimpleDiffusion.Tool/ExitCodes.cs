namespace Microsoft.ML.SimpleDiffusion.Tool;

/// <summary>What the program tells the shell.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>Something about the data, a file or the machine; the sentence says what.</summary>
    public const int Failure = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;

    /// <summary>A fault of the program (EX_SOFTWARE of sysexits.h).</summary>
    public const int Internal = 70;

    /// <summary>Ended by a signal: 128 and its number, as shells say it.</summary>
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
