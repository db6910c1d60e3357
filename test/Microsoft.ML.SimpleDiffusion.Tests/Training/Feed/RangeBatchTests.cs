using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Feed;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Feed;

/// <summary>Batches of pixels of a stated range: those of bytes, where the range is theirs.</summary>
[TestClass]
public class RangeBatchTests
{
    private const int Side = RangeRow.Side;

    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow(false, false, 0.0)]
    [DataRow(true, false, 0.0)]
    [DataRow(false, true, 0.0)]
    [DataRow(true, true, 0.5)]
    public void Flips_shifts_and_half_resolution_are_those_of_bytes(bool flips, bool isSeamless, double halfShare)
    {
        byte[][] images = [.. Enumerable.Range(0, 4).Select(image => Enumerable.Range(0, 2 * RangeRow.Area).Select(i => (byte)((i * 37) + (image * 11))).ToArray())];
        var (bytes, range) = (Options(), Options());
        (range.PixelMinimum, range.PixelMaximum) = (0, 255);
        var view = RangeRow.View(_context, NumberDataViewType.Byte, [2, Side, Side], images);
        using ImageDataset ofBytes = Load(bytes), ofRange = Load(range);
        var schedule = NoiseSchedules.Create(bytes);
        BatchBuilder expected = new(ofBytes, bytes, schedule), actual = new(ofRange, range, schedule);
        var target = ComputeTarget.Resolve(bytes.Compute);
        for (int step = 0; step < 4; step++)
        {
            using var one = expected.Build(step, 0);
            using var two = actual.Build(step, 0);
            using TorchSharp.torch.Tensor x = one.ImagesOn(target), y = two.ImagesOn(target);

            CollectionAssert.AreEqual(Array.ConvertAll(one.Pixels.data<byte>().ToArray(), value => (float)value), two.Pixels.data<float>().ToArray());
            CollectionAssert.AreEqual(one.Noise!.data<float>().ToArray(), two.Noise!.data<float>().ToArray());
            CollectionAssert.AreEqual(x.shape, y.shape);
            Assert.AreEqual(0, (x - y).abs().max().item<float>(), 3e-7f);
        }

        SimpleDiffusionOptions Options()
        {
            var options = OptionsResolver.Resolve(TestSupport.TinyData.Options(steps: 4), hasGpu: false, seed: 1);
            (options.Channels, options.ConditionColumnName) = (2, null);
            (options.Training.RandomHorizontalFlip, options.Network.Seamless, options.Training.HalfResolutionShare) = (flips, isSeamless, halfShare);
            return options;
        }

        ImageDataset Load(SimpleDiffusionOptions options) => ImageDataset.Load(view, options, ConditionDescription.None, _ => { }, long.MaxValue, CancellationToken.None);
    }
}
