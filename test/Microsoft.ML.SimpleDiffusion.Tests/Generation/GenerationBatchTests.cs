using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Generation;

[TestClass]
public class GenerationBatchTests
{
    private const int Classes = 5;

    private static readonly ImageSize Size = new(1, 2, 4);

    [TestMethod]
    public void Guidance_runs_the_requests_with_their_classes_and_again_with_none_but_in_their_format()
    {
        using var scope = NewDisposeScope();
        var batch = Batch(new GenerationRequest(RowCondition.OfClass(3), 1), new GenerationRequest(RowCondition.OfClass(0), 2) { IsPortrait = true });

        var conditions = batch.GuidanceConditions(Configuration());

        CollectionAssert.AreEqual(new long[] { 3, 0, Classes, Classes }, conditions.Classes!.data<long>().ToArray());
        CollectionAssert.AreEqual(new long[] { 0, 1, 0, 1 }, conditions.Portrait!.data<long>().ToArray());
    }

    [TestMethod]
    public void Networks_get_only_the_conditions_that_they_know()
    {
        using var scope = NewDisposeScope();
        var unconditional = Configuration() with { Options = new SimpleDiffusionOptions(), Condition = ConditionDescription.None };

        var conditions = Batch(new GenerationRequest(RowCondition.OfClass(0), 1)).Conditions(unconditional, guidanceScale: null);

        Assert.IsNull(conditions.Classes);
        Assert.IsNull(conditions.Portrait);
    }

    [TestMethod]
    public void Noise_follows_from_the_seed_and_the_step_whatever_the_batch()
    {
        using var scope = NewDisposeScope();
        var together = Batch(new GenerationRequest(RowCondition.OfClass(0), 7), new GenerationRequest(RowCondition.OfClass(1), 8)).Noise(step: 2);
        var alone = Batch(new GenerationRequest(RowCondition.OfClass(4), 8)).Noise(step: 2);

        CollectionAssert.AreEqual(alone[0].data<float>().ToArray(), together[1].data<float>().ToArray());
        CollectionAssert.AreNotEqual(together[0].data<float>().ToArray(), together[1].data<float>().ToArray());
    }

    [TestMethod]
    [DataRow(0.5)]
    [DataRow(1.0)]
    public void Image_to_start_from_has_the_noise_of_its_time_and_none_is_left_of_it_at_time_1(double time)
    {
        using var scope = NewDisposeScope();
        var batch = Batch(new GenerationRequest(RowCondition.OfClass(0), 7) { Image = [255, 255, 255, 255, 0, 0, 0, 0] });
        double logSnr = new CosineSchedule(-15, 15).LogSnr(time);
        double alpha = time < 1 ? VariancePreserving.Alpha(logSnr) : 0, sigma = time < 1 ? VariancePreserving.Sigma(logSnr) : 1;

        float[] z = batch.Begin(time).Z.data<float>().ToArray();

        float[] noise = batch.Noise(step: 0).data<float>().ToArray();
        for (int i = 0; i < z.Length; i++)
        {
            Assert.AreEqual((alpha * (i < 4 ? 1 : -1)) + (sigma * noise[i]), z[i], 1e-5);
        }
    }

    private static GenerationBatch Batch(params GenerationRequest[] requests) => new(requests, Size, PixelFormat.Bytes, new CosineSchedule(-15, 15), CPU);

    private static ModelConfiguration Configuration() => new()
    {
        Options = new SimpleDiffusionOptions { Network = new NetworkOptions { PortraitFlag = true } },
        Condition = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = [.. Enumerable.Range(0, Classes).Select(i => $"class {i}")] },
        TrainedSteps = 0,
    };
}
