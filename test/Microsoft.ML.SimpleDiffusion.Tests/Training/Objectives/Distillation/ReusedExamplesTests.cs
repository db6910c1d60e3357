using Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Objectives.Distillation;

[TestClass]
public class ReusedExamplesTests
{
    [TestMethod]
    public void Each_source_is_used_as_often_as_asked_and_none_before_its_step()
    {
        long[] sources = [.. Enumerable.Range(0, 96).Select(step => ReusedExamples.Source(step, uses: 3))];

        Assert.IsTrue(sources.GroupBy(source => source).All(group => group.Count() == 3));
        Assert.IsTrue(sources.Select((source, step) => source <= step).All(holds => holds));
        CollectionAssert.AreEqual(Enumerable.Range(0, 16).Select(i => (long)i).ToArray(), sources[16..32]);
        CollectionAssert.AreEqual(new long[] { 48, 49 }, sources[48..50]);
    }

    [TestMethod]
    public void Used_once_each_step_is_its_own_source()
        => Assert.IsTrue(Enumerable.Range(0, 100).All(step => ReusedExamples.Source(step, uses: 1) == step));
}
