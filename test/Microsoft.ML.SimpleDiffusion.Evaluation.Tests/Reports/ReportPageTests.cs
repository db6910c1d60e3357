using System.Text.RegularExpressions;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports;

[TestClass]
public partial class ReportPageTests
{
    [TestMethod]
    public void Page_says_everything_that_the_report_knows()
    {
        string page = ReportPage.Render(SomeReport.WithClasses());
        foreach (string expected in (string[])["1,234,567", "560 steps of 16 pictures", "Training.Steps", "Classifier distance", "3.5", "0.25", "70", "75", "ValidationLoss", "2.5 (stored)", "red, 0.12"])
        {
            StringAssert.Contains(page, expected);
        }
    }

    [TestMethod]
    public void Every_string_of_the_user_is_encoded()
    {
        const string evil = "<script>alert('x')</script>\"&";
        string page = ReportPage.Render(SomeReport.WithClasses(label: evil) with
        {
            Title = evil,
            Notes = [evil],
            Options = [new(evil, evil, evil), new(evil, evil, "another")],
            History = new TrainingHistory
            {
                Evaluations = [new TrainingEvaluation { Step = 0, Metrics = new Dictionary<string, double> { [evil] = 1 }, IsBest = true }],
            },
        });
        StringAssert.Contains(page, "&lt;script&gt;alert(");
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("\"&\"", page);
    }

    [TestMethod]
    public void Page_asks_for_nothing_outside_itself()
    {
        string page = ReportPage.Render(SomeReport.WithClasses());
        StringAssert.Contains(page, "default-src 'none'");
        foreach (Match source in Sources().Matches(page))
        {
            StringAssert.StartsWith(source.Groups[1].Value, "data:image/");
        }

        Assert.DoesNotContain("http:", page);
        Assert.DoesNotContain("https:", page);
    }

    [TestMethod]
    public void Each_picture_has_an_alternative_text_and_each_table_headers()
    {
        string page = ReportPage.Render(SomeReport.WithClasses());
        Assert.HasCount(Regex.Count(page, "<img "), AlternativeTexts().Matches(page));
        Assert.AreEqual(Regex.Count(page, "<table>"), Regex.Count(page, "<caption>"));
        Assert.AreEqual(Regex.Count(page, "<table>"), Regex.Count(page, "<thead><tr><th scope=\"col\">"));
    }

    [TestMethod]
    public void Model_without_classes_and_history_has_no_such_sections()
    {
        string page = ReportPage.Render(SomeReport.WithoutClasses());
        StringAssert.Contains(page, "An unconditional simple diffusion model of 2×2 colour pictures, trained");
        StringAssert.Contains(page, "The model stores no loss curve.");
        StringAssert.Contains(page, "it was trained without validation data");
        Assert.DoesNotContain("Class agreement", page);
        Assert.DoesNotContain("id=\"guidance\"", page);
        Assert.DoesNotContain("id=\"few-steps\"", page);
    }

    [TestMethod]
    public void Few_steps_are_a_chart_and_a_table_with_the_floor_and_the_noise_of_a_seed()
    {
        string page = ReportPage.Render(SomeReport.WithClasses());

        StringAssert.Contains(page, "Two seeds of the model&#x27;s own sampling differ by 0.25. That is a single draw of the noise:");
        StringAssert.Contains(page, "distilled to 4 steps: 5.125 at 4; real pictures: 0.25.");
        StringAssert.Contains(page, "<th scope=\"row\">distilled to 4 steps</th><td>4</td>\n<td>5.125</td>\n<td>50");
        StringAssert.Contains(page, "<th scope=\"row\">held-out real pictures</th><td>–</td>\n<td>0.25</td>");
    }

    [TestMethod]
    public void Distances_of_few_steps_that_are_not_finite_leave_noise_and_chart_without_them()
    {
        var report = SomeReport.WithClasses();
        string page = ReportPage.Render(report with { FewSteps = [.. report.FewSteps.Select(row => row with { Distance = double.NaN })] });

        StringAssert.Contains(page, "id=\"few-steps\"");
        Assert.DoesNotContain("Two seeds of", page);
        Assert.DoesNotContain("NaN", page);
    }

    [TestMethod]
    public void Value_that_is_not_finite_is_a_dash()
    {
        string page = ReportPage.Render(SomeReport.WithClasses());
        Assert.DoesNotContain("NaN", page);
        StringAssert.Contains(page, "<td>–</td>");
    }

    [TestMethod]
    public void Page_closes_every_element_that_it_opens()
    {
        string page = ReportPage.Render(SomeReport.WithClasses());
        foreach (string element in (string[])["html", "body", "main", "section", "div", "figure", "figcaption", "table", "tbody", "tr", "td", "th", "p", "dl", "details"])
        {
            Assert.AreEqual(Regex.Count(page, $"<{element}[ >]"), Regex.Count(page, $"</{element}>"), element);
        }
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Sources();

    [GeneratedRegex("<img [^>]*alt=\"[^\"]+\"")]
    private static partial Regex AlternativeTexts();
}
