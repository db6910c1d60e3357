using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Models of tiles that continue at their other sides.</summary>
[TestClass]
public class SeamlessTests
{
    private readonly MLContext _context = new(1);

    /// <summary>The U-Net knows no positions, so that nothing but edges could tell one pixel from another.</summary>
    [TestMethod]
    [DataRow(PatchingType.None, true)]
    [DataRow(PatchingType.Convolution, true)]
    [DataRow(PatchingType.None, false)]
    public void Network_without_edges_predicts_a_shifted_image_shifted(PatchingType patching, bool seamless)
    {
        var options = SmallNetwork.Options(NetworkArchitecture.UNet);
        (options.Network.Patching, options.Network.PatchLevels, options.Network.Seamless) = (patching, patching == PatchingType.None ? null : 1, seamless);
        using var network = SmallNetwork.Create(NetworkSpecification.Create(options, classCount: 0));
        network.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        manual_seed(2);
        Tensor z = randn(2, 3, 16, 16), logSnr = tensor(new[] { -1f, 2f });

        var shifted = network.forward(z.roll([4, -8], [2, 3]), logSnr, default(ImageConditions));
        float difference = (shifted - network.forward(z, logSnr, default).roll([4, -8], [2, 3])).abs().max().item<float>();

        Assert.AreEqual(seamless, difference < 1e-4, $"{difference}");
    }

    [TestMethod]
    public void Training_images_are_shifted_round_their_edges_each_by_its_own_number_of_pixels()
    {
        var options = OptionsResolver.Resolve(TinyData.Options(), hasGpu: false, seed: 1, ConditionKind.None);
        (options.ConditionColumnName, options.Network.Seamless, options.Training.BatchSize) = (null, true, 32);
        byte[] image = [.. Enumerable.Range(0, 3 * TinyData.Side * TinyData.Side).Select(i => (byte)i)];
        var rows = _context.Data.LoadFromEnumerable([new TinyRow { Image = image, Label = "red" }]);
        using var data = SimpleDiffusion.Data.ImageDataset.Load(rows, options, ConditionDescription.None, _ => { }, memoryBudget: 1 << 20, CancellationToken.None);
        using var batch = new BatchBuilder(data, options, NoiseSchedules.Create(options)).Build(step: 3, microStep: 0);
        using var scope = NewDisposeScope();
        var original = tensor(image).view(3, TinyData.Side, TinyData.Side);

        var shifts = new HashSet<(int, int)>();
        for (int i = 0; i < 32; i++)
        {
            var matches = from down in Enumerable.Range(0, TinyData.Side)
                          from right in Enumerable.Range(0, TinyData.Side)
                          where original.roll([down, right], [1, 2]).equal(batch.Pixels[i]).all().item<bool>()
                          select (down, right);
            shifts.Add(matches.Single());
        }

        Assert.IsGreaterThan(15, shifts.Count);
    }

    [TestMethod]
    [DataRow(NetworkArchitecture.UVit)]
    [DataRow(NetworkArchitecture.ResidualUVit)]
    [DataRow(NetworkArchitecture.UNet)]
    public void Seamless_model_is_trained_resumed_saved_and_loaded(NetworkArchitecture architecture)
    {
        using var folder = new TemporaryFolder();
        using var checkpoints = new TemporaryFolder();
        var options = TinyData.Options(steps: 4);
        (options.Network.Architecture, options.Network.Seamless) = (architecture, true);
        options.Network.BlocksPerLevel = architecture == NetworkArchitecture.UNet ? [1, 1] : [1];
        using var whole = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
        (options.Training.CheckpointDirectory, options.Training.StopAtStep) = (checkpoints.Path, 2);
        _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context)).Dispose();
        options.Training.StopAtStep = null;
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
        model.SaveAsSafetensors(folder.Path);
        using var loaded = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.Path);

        CollectionAssert.AreEqual(WeightBytes.Of(whole), WeightBytes.Of(model));
        CollectionAssert.AreEqual(model.GeneratePng("red", seed: 1), loaded.GeneratePng("red", seed: 1));
    }

    [TestMethod]
    public void Wavelets_have_edges_and_are_refused_and_large_images_are_folded_by_convolution()
    {
        var options = new SimpleDiffusionOptions { ImageHeight = 256, ImageWidth = 256, Network = new NetworkOptions { Seamless = true } };
        var resolved = OptionsResolver.Resolve(options, hasGpu: false, seed: 1);
        options.Network.Patching = PatchingType.Dwt;

        Assert.AreEqual(PatchingType.Convolution, resolved.Network.Patching);
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.SimpleDiffusion(options));
        StringAssert.Contains(error.Message, "must be None, Convolution or Auto with Network.Seamless: wavelets mirror what lies beyond an edge");
    }
}
