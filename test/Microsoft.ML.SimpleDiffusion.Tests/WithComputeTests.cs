using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Where a loaded model computes.</summary>
[TestClass]
public class WithComputeTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Copy_has_weights_of_its_own_and_makes_the_same_images()
    {
        using var model = Fit();
        var expected = Images(model);

        using var copy = model.WithCompute(new ComputeOptions { Device = ComputeDevice.Cpu });
        CollectionAssert.AreEqual(expected, Images(copy));
        model.Dispose();

        CollectionAssert.AreEqual(expected, Images(copy));
        Assert.AreEqual(4, copy.Options.Sampling.Steps);
    }

    [TestMethod]
    public void Precision_and_threads_can_be_chosen_when_a_model_is_loaded()
    {
        using var folder = new TemporaryFolder();
        using var model = Fit();
        string zip = folder.File("model.zip"), weights = folder.File("weights");
        _context.Model.Save(model, null, zip);
        model.SaveAsSafetensors(weights);
        int threads = torch.get_num_threads();
        var compute = new ComputeOptions { Device = ComputeDevice.Cpu, Precision = ComputePrecision.BFloat16, Threads = threads == 2 ? 1 : 2 };
        try
        {
            using var fromFolder = SimpleDiffusionTransformer.LoadFromSafetensors(_context, weights, compute);
            Assert.AreEqual(compute.Threads, torch.get_num_threads());
            using var fromZip = (SimpleDiffusionTransformer)_context.Model.LoadChecked(zip, out _, compute: compute);
            using var plain = (SimpleDiffusionTransformer)_context.Model.LoadChecked(zip, out _);

            CollectionAssert.AreEqual(Images(fromFolder), Images(fromZip));
            CollectionAssert.AreNotEqual(Images(plain), Images(fromZip));
            CollectionAssert.AreEqual(Images(model.WithCompute(compute)), Images(fromZip));
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    [TestMethod]
    public void Model_in_a_chain_is_moved_and_the_chain_put_together_again()
    {
        using var model = Fit();
        var chain = new TransformerChain<ITransformer>(_context.Transforms.CopyColumns("Copy", "Label").Fit(TinyData.View(_context)), model);
        using var stream = new MemoryStream();
        _context.Model.Save(chain, TinyData.View(_context).Schema, stream);
        stream.Position = 0;
        var loaded = (IEnumerable<ITransformer>)_context.Model.Load(stream, out _);

        var compute = new ComputeOptions { Device = ComputeDevice.Cpu };
        using var moved = new TransformerChain<ITransformer>([.. loaded.Select(part => part is SimpleDiffusionTransformer generator ? generator.WithCompute(compute) : part)]);

        CollectionAssert.AreEqual(Images(model), Images(moved));
    }

    [TestMethod]
    public void Device_that_is_not_there_and_options_out_of_range_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var model = Fit();
        model.SaveAsSafetensors(folder.Path);

        foreach (Action<ComputeOptions> use in new Action<ComputeOptions>[]
        {
            compute => model.WithCompute(compute),
            compute => SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.Path, compute),
            compute => _context.Model.LoadChecked(folder.File("no.zip"), out _, compute: compute),
        })
        {
            Assert.AreEqual("Compute.Threads", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => use(new ComputeOptions { Threads = 0 })).ParamName);
        }

        if (!torch.cuda_is_available())
        {
            Assert.ThrowsExactly<InvalidOperationException>(() => model.WithCompute(new ComputeOptions { Device = ComputeDevice.Cuda }));
        }
    }

    private SimpleDiffusionTransformer Fit() => _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 3)).Fit(TinyData.View(_context));

    private byte[] Images(ITransformer model)
        => [.. model.Transform(TinyData.View(_context, 3)).GetColumn<MLImage>("GeneratedImage").SelectMany(image => image.Pixels.ToArray())];
}
