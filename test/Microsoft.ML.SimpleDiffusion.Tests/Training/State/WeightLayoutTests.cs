using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.State;

[TestClass]
public class WeightLayoutTests
{
    [TestMethod]
    public void Parameters_and_units_are_all_weights_once()
    {
        using var network = Network();

        var layout = WeightLayout.Of(network);

        RequireWhole([.. layout.Slots.Select(slot => slot.Range).OrderBy(range => range.Start)], network.Plan.ParameterCount);
        RequireWhole(layout.Units, network.Plan.ParameterCount);
        CollectionAssert.AreEqual(network.named_parameters().Select(named => named.name).ToArray(), layout.Slots.Select(slot => slot.Name).ToArray());
    }

    [TestMethod]
    public void Matrices_of_a_batch_are_of_one_shape_and_come_after_the_rest()
    {
        using var network = Network();
        var layout = WeightLayout.Of(network);
        var hidden = network.Plan.Weights.Where(weight => weight.HiddenMatrices > 0).ToDictionary(weight => weight.Name, weight => weight.HiddenMatrices);

        foreach (var slot in layout.Slots)
        {
            bool isHidden = hidden.TryGetValue(slot.Name, out int count);
            Assert.AreEqual(isHidden, slot.Range.Start >= layout.Rest.End, slot.Name);
            foreach (var batch in layout.Matrices.Where(batch => isHidden && batch.Range.Intersect(slot.Range).Length > 0))
            {
                Assert.AreEqual((slot.Shape[0] / count, slot.Range.Length / slot.Shape[0]), (batch.Rows, batch.Columns), slot.Name);
                Assert.AreEqual(batch.Range.Length, batch.Count * batch.Rows * batch.Columns);
            }
        }

        Assert.AreEqual(hidden.Values.Sum(), layout.Matrices.Sum(batch => batch.Count));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(4)]
    [DataRow(1024)]
    public void Shards_are_of_whole_units_and_of_nearly_one_length(int count)
    {
        using var network = Network();
        var layout = WeightLayout.Of(network);

        var shards = layout.Shards(count);

        Assert.HasCount(count, shards);
        RequireWhole(shards, network.Plan.ParameterCount);
        Assert.IsTrue(layout.Units.All(unit => shards.Count(shard => shard.Contains(unit)) == 1));
        long longestUnit = layout.Units.Max(unit => unit.Length);
        Assert.IsLessThanOrEqualTo((layout.Whole.Length / count) + longestUnit, shards.Max(shard => shard.Length));
    }

    [TestMethod]
    public void Batches_hold_whole_matrices()
    {
        var batches = MatrixBatch.Split(new FlatRange(10, 60), 2, 5, length: 25).ToList();

        CollectionAssert.AreEqual(new long[] { 2, 2, 2 }, batches.Select(batch => batch.Count).ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 1 }, MatrixBatch.Split(new FlatRange(0, 20), 2, 5, length: 3).Select(batch => batch.Count).ToArray());
    }

    private static DenoisingNetwork Network()
    {
        var options = SmallNetwork.Options(NetworkArchitecture.UVit);
        return SmallNetwork.Create(SmallNetwork.Condition(ConditionKind.Text).Specify(options));
    }

    private static void RequireWhole(IReadOnlyList<FlatRange> ranges, long count)
    {
        Assert.AreEqual(0, ranges[0].Start);
        Assert.IsTrue(ranges.Zip(ranges.Skip(1)).All(pair => pair.First.End == pair.Second.Start));
        Assert.AreEqual(count, ranges[^1].End);
    }
}
