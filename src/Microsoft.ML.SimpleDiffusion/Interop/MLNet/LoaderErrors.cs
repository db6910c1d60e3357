using System.Reflection;

namespace Microsoft.ML.SimpleDiffusion.Interop.MLNet;

/// <summary>
/// Errors of components that ML.NET loads. It calls them by reflection, and what they throw comes out inside a TargetInvocationException, which it then puts into
/// an "Error during class instantiation": no component can have its own sentence outermost.
/// </summary>
internal static class LoaderErrors
{
    /// <summary>What a component has thrown, or the exception itself where none has thrown it.</summary>
    public static Exception CauseOf(Exception exception)
    {
        var cause = exception;
        while (cause.InnerException is Exception inner && (cause is TargetInvocationException || inner is TargetInvocationException))
        {
            cause = inner;
        }

        // Where it was put into an exception of ML.NET's kind on the way.
        return cause is FormatException && cause.InnerException is Exception same && same.Message == cause.Message ? same : cause;
    }
}
