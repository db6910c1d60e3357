using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports.Measuring;

[TestClass]
public class ReportSamplerTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Seeds_are_the_same_each_time_and_columns_for_other_things_are_not_asked_for(bool freshSeeds)
    {
        var options = TinyData.Options(steps: 1);
        options.SeedColumnName = freshSeeds ? null : "Seed";
        (options.Sampling.FreshSeeds, options.Sampling.OutputSeedColumnName) = (freshSeeds, freshSeeds ? "Drawn" : null);
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
        var sampler = new ReportSampler(_context, model, TinyData.View(_context));
        string[] labels = ["red", "blue", "red"];
        var first = sampler.Generate(labels, guidanceScale: 2, CancellationToken.None);
        var second = sampler.Generate(labels, guidanceScale: 2, CancellationToken.None);
        CollectionAssert.AreEqual(labels, first.Select(image => image.Label).ToArray());
        for (int i = 0; i < labels.Length; i++)
        {
            CollectionAssert.AreEqual(first[i].Pixels, second[i].Pixels);
        }

        CollectionAssert.AreNotEqual(first[0].Pixels, first[2].Pixels);
    }
}
