namespace Microsoft.ML.SimpleDiffusion.Tests.Diffusion;

[TestClass]
public class ScheduleChartTests
{
    /// <summary>Set this variable to any value to write the chart instead of comparing it.</summary>
    private const string UpdateVariable = "UPDATE_DOCS";

    [TestMethod]
    public void Chart_in_the_docs_is_what_the_schedules_give()
    {
        string? path = FindChart();
        if (path is null)
        {
            Assert.Inconclusive("The tests do not run inside the repository: there is no docs/images.");
        }

        string chart = ScheduleChart.Draw();
        if (Environment.GetEnvironmentVariable(UpdateVariable) is not null)
        {
            File.WriteAllText(path, chart);
        }

        Assert.AreEqual(chart, File.ReadAllText(path), $"To write it anew, run this test with the environment variable {UpdateVariable} set.");
    }

    private static string? FindChart()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string images = Path.Combine(folder.FullName, "docs", "images");
            if (Directory.Exists(images))
            {
                return Path.Combine(images, "schedules.svg");
            }
        }

        return null;
    }
}
