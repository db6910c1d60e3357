using System.Reflection;

namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>The checkout that the tests were compiled from.</summary>
internal static class SourceRoot
{
    /// <summary>Its folder; the test is inconclusive where it is gone.</summary>
    /// <remarks>The build writes it down: the compiler's own file paths are the same on every machine where a build server builds.</remarks>
    public static string Find()
    {
        string folder = typeof(SourceRoot).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == nameof(SourceRoot)).Value!;
        if (!File.Exists(Path.Combine(folder, "Microsoft.ML.SimpleDiffusion.sln")))
        {
            Assert.Inconclusive("The sources are not here.");
        }

        return folder;
    }
}
