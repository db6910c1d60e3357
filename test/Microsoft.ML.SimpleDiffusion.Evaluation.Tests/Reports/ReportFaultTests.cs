using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports;

/// <summary>Every operation on the file of a report fails once, in turn, and once the power goes before it. There is the old report or the new one.</summary>
[TestClass]
public sealed class ReportFaultTests
{
    private const string Old = "<html>The report before.</html>";

    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Report_is_the_old_one_or_the_new_one(bool cutsPower)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("report/report.html");
        var options = TinyData.Options(steps: 1);
        (options.ConditionColumnName, options.Sampling.Steps) = (null, 1);
        var data = TinyData.View(_context, 40);
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(data);
        FaultyDisk.Reset(folder.File("report"), Write);
        string next = File.ReadAllText(path);

        int tried = FaultyDisk.TryEach(cutsPower, () => FaultyDisk.Reset(folder.File("report"), () => File.WriteAllText(path, Old)), Write, fault =>
        {
            string there = File.ReadAllText(path);
            Assert.IsTrue(there == Old || there == next, fault);
            Write();
            Assert.AreEqual(next, File.ReadAllText(path), fault);
        });

        // Create, write, flush, rename, and flush the folder.
        Assert.AreEqual(5, tried);

        void Write() => _context.ImageGeneration().WriteReport(path, model, data, new ReportOptions { MaxImages = 10 });
    }
}
