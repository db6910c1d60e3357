using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Tests.Training.Checkpoints;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>The claims of docs/determinism.md; that of resumed runs has <see cref="ResumeTests"/>.</summary>
[TestClass]
public class DeterminismTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Same_seed_trains_the_same_weights_bit_for_bit()
    {
        byte[] expected = Weights(seed: 7);

        CollectionAssert.AreEqual(expected, Weights(seed: 7));
        CollectionAssert.AreNotEqual(expected, Weights(seed: 8));

        byte[] Weights(int seed)
        {
            var options = TinyData.Options();
            options.Seed = seed;
            using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
            return WeightBytes.Of(model);
        }
    }

    [TestMethod]
    public void Other_number_of_threads_gives_a_close_gradient()
    {
        var two = TinyData.Options();
        two.Compute.Threads = 2;

        Assert.IsLessThan(1e-5, Difference(TinyData.Options(), two, steps: 1, Gradient));
    }

    [TestMethod]
    public void Same_examples_in_smaller_batches_give_a_close_gradient()
    {
        var halves = TinyData.Options();
        (halves.Training.BatchSize, halves.Training.GradientAccumulation) = (4, 2);

        Assert.IsLessThan(1e-5, Difference(TinyData.Options(), halves, steps: 1, Gradient));
    }

    [TestMethod]
    public void Bfloat16_gives_a_gradient_within_a_few_percent()
    {
        var bfloat16 = TinyData.Options();
        bfloat16.Compute.Precision = ComputePrecision.BFloat16;

        Assert.IsLessThan(0.05, Difference(TinyData.Options(), bfloat16, steps: 1, Gradient));
    }

    [TestMethod]
    public void Weights_of_runs_that_differ_in_rounding_stay_within_a_percent_for_some_steps()
    {
        var halves = TinyData.Options();
        (halves.Training.BatchSize, halves.Training.GradientAccumulation) = (4, 2);

        Assert.IsLessThan(0.01, Difference(TinyData.Options(), halves, steps: 5, training => training.State.Weights.Values));
    }

    [TestMethod]
    public void Pictures_made_one_by_one_and_in_batches_are_within_one_level()
    {
        using var model = TrainedWithSeedColumn();
        using var single = model.WithSampling(new SamplingOptions { Steps = 4, BatchSize = 1 });
        using var four = model.WithSampling(new SamplingOptions { Steps = 4, BatchSize = 4 });

        AssertWithinOneLevel(Pictures(single.Transform(Requests(Enumerable.Range(0, 6)))), Pictures(four.Transform(Requests(Enumerable.Range(0, 6)))));
    }

    [TestMethod]
    public void Pictures_do_not_depend_on_the_order_of_the_rows()
    {
        using var model = TrainedWithSeedColumn();

        var forward = Pictures(model.Transform(Requests(Enumerable.Range(0, 6))));
        var backward = Pictures(model.Transform(Requests(Enumerable.Range(0, 6).Reverse())));
        backward.Reverse();

        AssertWithinOneLevel(forward, backward);
    }

    [TestMethod]
    public void Pictures_are_the_same_bit_for_bit_from_any_number_of_cursors()
    {
        using var model = TrainedWithSeedColumn();
        var view = model.Transform(Requests(Enumerable.Range(0, 6)));
        var column = view.Schema["GeneratedImage"];
        var id = view.Schema["Seed"];
        var pictures = new SortedDictionary<long, byte[]>();
        foreach (var cursor in view.GetRowCursorSet([column, id], 4))
        {
            using (cursor)
            {
                var image = cursor.GetGetter<MLImage>(column);
                var seed = cursor.GetGetter<long>(id);
                while (cursor.MoveNext())
                {
                    long key = 0;
                    MLImage value = null!;
                    seed(ref key);
                    image(ref value);
                    pictures.Add(key, value.Pixels.ToArray());
                }
            }
        }

        var expected = Pictures(view);
        Assert.HasCount(expected.Count, pictures);
        foreach (var (one, two) in expected.Zip(pictures.Values))
        {
            CollectionAssert.AreEqual(one, two);
        }
    }

    /// <summary>Adam's first moment, which after the first step is the gradient but for a factor.</summary>
    private static torch.Tensor Gradient(TinyTraining training) => training.State.FirstMoments.Values;

    /// <summary>Norm of the difference of two trainings' numbers, over the norm of the first's.</summary>
    private static double Difference(SimpleDiffusionOptions first, SimpleDiffusionOptions second, int steps, Func<TinyTraining, torch.Tensor> numbers)
    {
        float[] one = Run(first), two = Run(second);
        return Math.Sqrt(one.Zip(two, (a, b) => ((double)a - b) * (a - b)).Sum() / one.Sum(a => (double)a * a));

        float[] Run(SimpleDiffusionOptions options)
        {
            using var training = new TinyTraining(options);
            training.Step(steps);
            return numbers(training).data<float>().ToArray();
        }
    }

    private static void AssertWithinOneLevel(List<byte[]> first, List<byte[]> second)
    {
        Assert.HasCount(first.Count, second);
        Assert.IsGreaterThan(0, first.Count);
        foreach (var (one, two) in first.Zip(second))
        {
            Assert.IsTrue(one.Zip(two).All(pair => Math.Abs(pair.First - pair.Second) <= 1));
        }

        Assert.IsFalse(first[0].SequenceEqual(first[1]), "Pictures of different seeds must differ, or the test says nothing.");
    }

    private SimpleDiffusionTransformer TrainedWithSeedColumn()
    {
        var options = TinyData.Options();
        options.SeedColumnName = "Seed";
        return _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
    }

    private IDataView Requests(IEnumerable<int> seeds)
        => _context.Data.LoadFromEnumerable(seeds.Select(seed => new Request { Label = TinyData.Labels[seed % 3], Seed = seed }).ToArray());

    private List<byte[]> Pictures(IDataView view)
        => _context.Data.CreateEnumerable<Prediction>(view, reuseRowObject: false).Select(row => row.GeneratedImage.Pixels.ToArray()).ToList();
}
