using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training;

/// <summary>Training that goes on from a model with other classes: each keeps what was learnt of it, wherever it stands.</summary>
[TestClass]
public class WarmStartTests
{
    private readonly CapturedLog _log = new();

    [TestMethod]
    public void Classes_in_another_order_keep_what_was_learnt_of_them()
    {
        using var model = Fit(TinyData.Labels, steps: 5);

        using var next = Fit(["blue", "red", "green"], steps: 1, model);

        float[][] before = ClassRows(model), after = ClassRows(next);
        AssertSame(before[2], after[0]);
        AssertSame(before[0], after[1]);
        AssertSame(before[1], after[2]);
        AssertSame(before[3], after[3]);
        Assert.IsEmpty(_log.With("to start from"));
    }

    [TestMethod]
    public void Classes_that_the_model_does_not_know_begin_as_in_a_new_network()
    {
        string[] more = ["pink", .. TinyData.Labels, "grey"];
        using var model = Fit(TinyData.Labels, steps: 5);
        using var anew = Fit(more, steps: 1);

        using var next = Fit(more, steps: 1, model);

        float[][] before = ClassRows(model), fresh = ClassRows(anew), after = ClassRows(next);
        AssertSame(fresh[0], after[0]);
        AssertSame(before[0], after[1]);
        AssertSame(before[2], after[3]);
        AssertSame(fresh[4], after[4]);
        AssertSame(before[3], after[5]);
        Assert.HasCount(1, _log.With("The model to start from does not know the classes 'pink', 'grey': they begin untrained."));
    }

    [TestMethod]
    public void Classes_that_the_data_does_not_have_are_left_behind()
    {
        using var model = Fit(TinyData.Labels, steps: 5);

        using var next = Fit(["green", "blue"], steps: 1, model);

        float[][] before = ClassRows(model), after = ClassRows(next);
        Assert.HasCount(3, after);
        AssertSame(before[1], after[0]);
        AssertSame(before[2], after[1]);
        AssertSame(before[3], after[2]);
        Assert.HasCount(1, _log.With("The data does not have the classes 'red' of the model to start from: the new model will not know them."));
    }

    [TestMethod]
    public void Model_without_classes_is_no_start_for_one_with_classes()
    {
        var unconditional = TinyData.Options(steps: 1);
        unconditional.ConditionColumnName = null;
        using var model = _log.Context.Transforms.SimpleDiffusion(unconditional).Fit(TinyData.View(_log.Context));

        var error = Assert.ThrowsExactly<ArgumentException>(() => Fit(TinyData.Labels, steps: 1, model));

        StringAssert.Contains(error.Message, "The model to start from knows the classes (none), but the data has 'red', 'green', 'blue'.");
    }

    private static float[][] ClassRows(SimpleDiffusionTransformer transformer) => ((TorchGenerator)transformer.Model).Model.Use(model =>
    {
        var table = model.Network.named_parameters().Single(parameter => parameter.name == "embedding.classes.weight").parameter;
        return table.data<float>().ToArray().Chunk((int)table.shape[1]).ToArray();
    });

    /// <summary>A step at the lowest of learning rates lies between.</summary>
    private static void AssertSame(float[] expected, float[] actual) => CollectionAssert.AreEqual(
        expected.Select(value => Math.Round(value, 5)).ToArray(), actual.Select(value => Math.Round(value, 5)).ToArray());

    private SimpleDiffusionTransformer Fit(string[] classes, int steps, SimpleDiffusionTransformer? start = null)
    {
        var options = TinyData.Options(steps);
        options.Training.LearningRate = start is null && steps > 1 ? 3e-3 : 1e-12;
        var data = TinyData.Keyed(_log.Context, TinyData.Rows(12).Where(row => classes.Contains(row.Label)), classes);
        var estimator = _log.Context.Transforms.SimpleDiffusion(options);
        return start is null ? estimator.Fit(data) : estimator.Fit(data, start);
    }
}
