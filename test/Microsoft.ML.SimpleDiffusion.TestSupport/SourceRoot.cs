using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>The checkout that the tests were compiled from.</summary>
internal static class SourceRoot
{
    /// <summary>Its folder; the test is inconclusive where it is gone.</summary>
    public static string Find([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Microsoft.ML.SimpleDiffusion.sln")))
        {
            folder = folder.Parent;
        }

        if (folder is null)
        {
            Assert.Inconclusive("The sources are not here.");
        }

        return folder!.FullName;
    }
}
