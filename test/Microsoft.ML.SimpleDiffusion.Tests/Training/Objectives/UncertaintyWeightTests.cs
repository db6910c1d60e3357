using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Objectives;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Objectives;

[TestClass]
public class UncertaintyWeightTests
{
    [TestMethod]
    public void Value_is_the_plain_mean_and_gradient_that_of_the_weighted_losses()
    {
        using var scope = NewDisposeScope();
        Tensor losses = tensor(new[] { 0.3f, 2f, 0.0125f }, requires_grad: true), u = tensor(new[] { -1f, 0.5f, 3f }, requires_grad: true);

        var mean = UncertaintyWeight.Mean(losses, u);
        mean.backward();

        Assert.AreEqual(losses.mean().item<float>(), mean.item<float>());
        for (int i = 0; i < 3; i++)
        {
            float weight = MathF.Exp(-u[i].item<float>());
            Assert.AreEqual(weight / 3, losses.grad![i].item<float>(), 1e-6f);
            Assert.AreEqual((1 - (losses[i].item<float>() * weight)) / 3, u.grad![i].item<float>(), 1e-6f);
        }
    }

    /// <summary>The derivative of loss / exp(u) + u is zero at u = log loss.</summary>
    [TestMethod]
    public void Layer_learns_the_logarithm_of_the_mean_loss_at_each_noise_level()
    {
        using var scope = NewDisposeScope();
        var options = SmallNetwork.Options(NetworkArchitecture.UVit);
        (options.Network.BaseChannels, options.Diffusion.LearnedUncertainty) = (32, true);
        using var network = DenoisingNetwork.Create(NetworkSpecification.Create(options, classCount: 0), -15, 15, CPU);
        WeightInitializer.Initialize(network, seed: 1);

        // Of the two examples of each level one loses a half more than the mean and the other a half less.
        Tensor levels = linspace(-15, 15, 128), logarithms = (levels / 4).sin() - 2;
        Tensor logSnr = cat([levels, levels]), losses = cat([0.5 * logarithms.exp(), 1.5 * logarithms.exp()]);
        using var adam = optim.Adam([network.named_parameters().Single(named => named.name == "embedding.uncertainty.weight").parameter], lr: 0.02);
        Assert.AreEqual(0, network.LogUncertainty(levels).abs().max().item<float>());
        for (int i = 0; i < 800; i++)
        {
            using var step = NewDisposeScope();
            adam.zero_grad();
            UncertaintyWeight.Mean(losses, network.LogUncertainty(logSnr)).backward();
            adam.step();
        }

        Assert.AreEqual(0, (network.LogUncertainty(levels) - logarithms).abs().max().item<float>(), 0.05f);
    }

    [TestMethod]
    public void Network_without_the_layer_says_so()
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(NetworkSpecification.Create(SmallNetwork.Options(NetworkArchitecture.UVit), classCount: 0));

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => network.LogUncertainty(zeros(2)));

        StringAssert.Contains(error.Message, "does not learn how large its loss is");
    }
}
