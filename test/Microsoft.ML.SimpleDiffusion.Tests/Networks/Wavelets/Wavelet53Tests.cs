using Microsoft.ML.SimpleDiffusion.Networks.Wavelets;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Networks.Wavelets;

[TestClass]
public class Wavelet53Tests
{
    [TestMethod]
    public void Lifting_gives_the_coefficients_of_matlab()
    {
        // MATLAB R2012a, 'bior2.2', mode 'symw', from PyWavelets' tests (dwt_matlabR2012a_result.npz, MIT). MATLAB extends the signal before it
        // filters, so that its output has one more coefficient at each end; its high band has the opposite sign.
        using var scope = NewDisposeScope();
        var signal = tensor(new[] { 1.3837671510262266, -0.9189748326634303, 0.7331661106004655, -0.5722180826197056, -0.8261717094291297, -2.1491401646717465 });
        double[] low = [0.5586800039237896, 0.15185390210760846, -1.8219916401865752];
        double[] high = [-1.3982622682238792, -0.371736841727926, -0.9354799659979458];

        var (actualLow, actualHigh) = Lifting53.Forward(signal.view(1, 6), 1);

        for (int i = 0; i < 3; i++)
        {
            Assert.AreEqual(low[i], actualLow[0, i].item<double>(), 1e-12);
            Assert.AreEqual(high[i], actualHigh[0, i].item<double>(), 1e-12);
        }
    }

    [TestMethod]
    [DataRow(1, 16, 24)]
    [DataRow(2, 16, 8)]
    public void Inverse_undoes_forward(int levels, int height, int width)
    {
        using var scope = NewDisposeScope();
        manual_seed(0);
        var image = randn(2, 3, height, width);

        var bands = Wavelet53.Forward(image, levels);
        var back = Wavelet53.Inverse(bands, levels);

        CollectionAssert.AreEqual(new long[] { 2, 3 << (2 * levels), height >> levels, width >> levels }, bands.shape);
        Assert.IsLessThan(1e-5f, (back - image).abs().max().item<float>());
    }

    [TestMethod]
    public void Constant_image_lies_in_the_coarsest_low_band_alone()
    {
        using var scope = NewDisposeScope();

        var bands = Wavelet53.Forward(ones(1, 1, 8, 8), 2);

        // Gain 2 per level: sqrt(2) for each of height and width.
        Assert.AreEqual(4, bands[0, 0].mean().item<float>(), 1e-5);
        Assert.IsLessThan(1e-5f, bands[0].narrow(0, 1, 15).abs().max().item<float>());
    }

    [TestMethod]
    public void Gradients_flow_through_both_directions()
    {
        using var scope = NewDisposeScope();
        var image = randn(1, 1, 8, 8, requires_grad: true);

        Wavelet53.Inverse(Wavelet53.Forward(image, 2), 2).sum().backward();

        Assert.IsLessThan(1e-5f, (image.grad! - 1).abs().max().item<float>());
    }

    [TestMethod]
    public void Sides_that_cannot_be_halved_are_refused()
    {
        using var image = zeros(1, 1, 6, 8);

        var error = Assert.ThrowsExactly<ArgumentException>(() => Wavelet53.Forward(image, 2));

        StringAssert.Contains(error.Message, "6x8");
    }
}
