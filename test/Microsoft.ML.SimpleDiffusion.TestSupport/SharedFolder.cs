namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>Data that is no part of the repository: a folder "shared" beside it, or beside a folder that it lies in.</summary>
internal static class SharedFolder
{
    /// <summary>Full path of a file, or the end of the test as inconclusive.</summary>
    public static string Require(string relativePath)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", relativePath);
            if (File.Exists(path))
            {
                return path;
            }
        }

        Assert.Inconclusive($"Skipped: there is no shared/{relativePath} beside the repository.");
        return string.Empty;
    }
}
