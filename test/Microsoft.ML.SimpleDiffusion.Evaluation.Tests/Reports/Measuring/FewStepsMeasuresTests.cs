using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports.Measuring;

[TestClass]
public class FewStepsMeasuresTests
{
    /// <summary>Six evaluations lie at 0, 1/5, 2/5, 3/5, 4/5 and 1 of the way.</summary>
    [TestMethod]
    [DataRow(1f, 0f, 1f, 6)]
    [DataRow(3f, 0f, 1f, 12)]
    [DataRow(0f, 0f, 1f, 12)]
    [DataRow(3f, 0.3f, 0.7f, 8)]
    [DataRow(1f, 0.3f, 0.7f, 6)]
    public void Guided_evaluation_counts_twice(float scale, float from, float to, int expected)
    {
        var options = TinyData.Options();
        var sampling = new SamplingOptions { Steps = 6, GuidanceScale = scale, GuidanceIntervalStart = from, GuidanceIntervalEnd = to };
        foreach (var sampler in Enum.GetValues<SamplerType>())
        {
            sampling.Sampler = sampler;
            Assert.AreEqual(expected, FewStepsMeasures.CountEvaluations(options, sampling));
        }
    }
}
