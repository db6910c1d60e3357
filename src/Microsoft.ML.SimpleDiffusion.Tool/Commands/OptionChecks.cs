using System.CommandLine;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>What values of options must be beyond their type.</summary>
internal static class OptionChecks
{
    /// <summary>Refuses values that are not right. What is no value of the type at all, the parser refuses itself.</summary>
    /// <param name="option">The option.</param>
    /// <param name="isRight">Whether a value will do.</param>
    /// <param name="message">What to say if not.</param>
    public static void Require<T>(this Option<T> option, Func<T, bool> isRight, string message) => option.Validators.Add(result =>
    {
        try
        {
            if (!isRight(result.GetValueOrDefault<T>()!))
            {
                result.AddError(message);
            }
        }
        catch (InvalidOperationException)
        {
            // It could not be parsed.
        }
    });
}
