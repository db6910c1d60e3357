using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Distributed;

[TestClass]
public class RanksTests
{
    [TestMethod]
    public void Shards_are_summed_up_in_the_order_of_a_binary_tree()
    {
        // In float32 the order shows: (a + b) + (c + d) is not ((a + b) + c) + d.
        float[] values = [1, 1e8f, -1e8f, 1];
        FlatRange[] shards = [new(0, 2), new(2, 0), new(2, 1), new(3, 5)];

        float[][] sums = ThreadTransport.Run(4, ranks =>
        {
            using var whole = full(8, values[ranks.Index], dtype: ScalarType.Float32);
            ranks.SumShards(whole, shards);
            return whole.data<float>().ToArray();
        });

        float expected = (values[0] + values[1]) + (values[2] + values[3]);
        float inARow = values[0] + values[1] + values[2] + values[3];
        Assert.AreNotEqual(expected, inARow);
        for (int rank = 0; rank < 4; rank++)
        {
            Assert.IsTrue(sums[rank][(int)shards[rank].Start..(int)shards[rank].End].All(value => value == expected), string.Join(' ', sums[rank]));
        }
    }

    [TestMethod]
    public void Long_shards_are_summed_up_slice_by_slice()
    {
        FlatRange[] shards = [new(0, 5_000_000), new(5_000_000, 10)];

        float[][] ends = ThreadTransport.Run<float[]>(2, ranks =>
        {
            using var whole = full(5_000_010, ranks.Index + 1f);
            ranks.SumShards(whole, shards);
            return [whole[0].item<float>(), whole[4_999_999].item<float>(), whole[5_000_009].item<float>()];
        });

        CollectionAssert.AreEqual(new[] { 3f, 3f, 1f }, ends[0]);
        CollectionAssert.AreEqual(new[] { 2f, 2f, 3f }, ends[1]);
    }

    [TestMethod]
    public void All_ranks_get_the_parts_of_all()
    {
        FlatRange[] parts = [new(0, 3), new(3, 1)];

        float[][] wholes = ThreadTransport.Run(2, ranks =>
        {
            using var whole = full(4, ranks.Index + 5f);
            ranks.Gather(whole, parts);
            return whole.data<float>().ToArray();
        });

        Assert.IsTrue(wholes.All(whole => whole.SequenceEqual([5f, 5f, 5f, 6f])));
    }

    [TestMethod]
    public void First_rank_gathers_and_gives_out_parts()
    {
        FlatRange[] parts = [new(0, 1), new(1, 2)];

        float[][] results = ThreadTransport.Run<float[]>(2, ranks =>
        {
            using var part = full(parts[ranks.Index].Length, ranks.Index + 1f);
            using var whole = ranks.IsFirst ? zeros(3) : null;
            ranks.GatherOnFirst(part, whole, parts);
            using var back = zeros(parts[ranks.Index].Length);
            ranks.ScatterFromFirst(whole, back, parts);
            return [.. whole?.data<float>() ?? Enumerable.Empty<float>(), .. back.data<float>()];
        });

        CollectionAssert.AreEqual(new[] { 1f, 2f, 2f, 1f }, results[0]);
        CollectionAssert.AreEqual(new[] { 2f, 2f }, results[1]);
    }

    [TestMethod]
    public void What_the_first_rank_returns_all_get()
    {
        string?[] texts = ThreadTransport.Run(4, ranks => ranks.TextFromFirst(() => $"of {ranks.Index}"));

        Assert.IsTrue(texts.All(text => text == "of 0"));
        Assert.IsTrue(ThreadTransport.Run(2, ranks => ranks.TextFromFirst(() => null)).All(text => text is null));
    }

    [TestMethod]
    public void Where_the_first_rank_fails_all_fail_with_its_message()
    {
        string[] messages = ThreadTransport.Run(2, ranks => Assert.Throws<Exception>(() => ranks.OnFirst(() => throw new FormatException("It is broken."))).Message);

        Assert.IsTrue(messages.All(message => message == "It is broken."));
        Assert.IsTrue(ThreadTransport.Run(2, ranks => Assert.Throws<Exception>(() => ranks.OnFirst(() => throw new OperationCanceledException()))).All(e => e is OperationCanceledException));
    }

    [TestMethod]
    public void One_rank_is_any()
    {
        Assert.IsTrue(ThreadTransport.Run(4, ranks => ranks.Any(ranks.Index == 3)).All(any => any));
        Assert.IsFalse(ThreadTransport.Run(4, ranks => ranks.Any(false)).Any(any => any));
    }

    [TestMethod]
    public void Texts_of_all_ranks_have_their_own_lengths()
    {
        var texts = ThreadTransport.Run(2, ranks => ranks.GatherTexts(ranks.IsFirst ? null : "second"));

        Assert.IsTrue(texts.All(all => all.SequenceEqual([null, "second"])));
        Assert.IsTrue(ThreadTransport.Run(2, ranks => ranks.GatherTexts(null)).All(all => all.All(text => text is null)));
    }

    [TestMethod]
    public void Process_alone_needs_nobody()
    {
        using var whole = ones(3);

        Ranks.Alone.SumShards(whole, [new(0, 3)]);
        Ranks.Alone.Gather(whole, [new(0, 3)]);
        Ranks.Alone.CopyFromFirst(whole);

        Assert.AreEqual(3f, whole.sum().item<float>());
        Assert.IsTrue(Ranks.Alone.Any(true));
        Assert.IsFalse(Ranks.Alone.Any(false));
        Assert.AreEqual("text", Ranks.Alone.TextFromFirst(() => "text"));
        Ranks.Alone.Abort("Nobody is there.");
    }
}
