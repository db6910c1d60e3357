using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Networks;

/// <summary>How networks know where a pixel or a crop is.</summary>
[TestClass]
public class CoordinateChannelsTests
{
    [TestMethod]
    public void Places_are_the_middles_of_pixels_from_minus_1_to_1()
    {
        using var scope = NewDisposeScope();

        var places = CoordinateChannels.Places(zeros(3, 5, 2, 4), null);

        CollectionAssert.AreEqual(new long[] { 1, 8, 2 }, places.shape);
        CollectionAssert.AreEqual(
            new[] { -0.5f, -0.75f, -0.5f, -0.25f, -0.5f, 0.25f, -0.5f, 0.75f, 0.5f, -0.75f, 0.5f, -0.25f, 0.5f, 0.25f, 0.5f, 0.75f }, places.data<float>().ToArray());
    }

    [TestMethod]
    public void Crop_has_the_places_and_the_positions_that_its_pixels_have_in_the_whole()
    {
        using var scope = NewDisposeScope();
        Tensor positions = arange(4 * 8 * 2, dtype: ScalarType.Float32).view(4 * 8, 2), whole = CoordinateChannels.Places(zeros(1, 1, 4, 8), null).view(4, 8, 2);
        (int Top, int Left)[] corners = [(0, 0), (2, 1), (1, 4)];
        var corner = tensor(corners.SelectMany(place => new[] { place.Top / 4f, place.Left / 8f }).ToArray(), 3, 2);
        var maps = zeros(3, 2, 2, 4);

        Tensor places = CoordinateChannels.Places(maps, corner), parts = Tokens.PositionsOf(maps, positions, corner);

        for (int i = 0; i < 3; i++)
        {
            Assert.IsTrue(Part(whole, corners[i]).eq(places[i].view(2, 4, 2)).all().item<bool>(), $"places {i}");
            Assert.IsTrue(Part(positions.view(4, 8, 2), corners[i]).eq(parts[i].view(2, 4, 2)).all().item<bool>(), $"positions {i}");
        }

        static Tensor Part(Tensor all, (int Top, int Left) corner) => all.narrow(0, corner.Top, 2).narrow(1, corner.Left, 4);
    }

    [TestMethod]
    [DataRow(NetworkArchitecture.UVit, PatchingType.None)]
    [DataRow(NetworkArchitecture.UVit, PatchingType.Dwt)]
    [DataRow(NetworkArchitecture.UNet, PatchingType.Convolution)]
    public void Network_begins_as_one_without_coordinates_and_then_tells_the_places_of_crops_apart(NetworkArchitecture architecture, PatchingType patching)
    {
        using var scope = NewDisposeScope();
        var options = SmallNetwork.Options(architecture);
        (options.Network.Patching, options.Network.PatchLevels) = (patching, patching == PatchingType.None ? null : 1);
        var plain = NetworkSpecification.Create(options, classCount: 0);
        using var without = SmallNetwork.Create(plain);
        using var with = SmallNetwork.Create(plain with { HasCoordinates = true });
        using var guard = no_grad();
        var layer = with.named_parameters().Single(named => named.name == "coordinates.dense.weight").parameter;
        foreach (var (name, parameter) in without.named_parameters())
        {
            _ = with.named_parameters().Single(named => named.name == name).parameter.copy_(parameter);
        }

        manual_seed(3);
        Tensor z = randn(1, 3, 8, 8).repeat(2, 1, 1, 1), logSnr = zeros(2), corner = tensor(new[] { 0f, 0f, 0.5f, 0.25f }, 2, 2);
        var told = with.forward(z, logSnr, default(ImageConditions) with { CropCorner = corner });
        _ = layer.zero_();
        var zero = with.forward(z, logSnr, default(ImageConditions) with { CropCorner = corner });
        var expected = without.forward(z, logSnr, default(ImageConditions) with { CropCorner = corner });

        Assert.AreEqual(0, (zero - expected).abs().max().item<float>());
        Assert.IsGreaterThan(1e-3f, (told[0] - told[1]).abs().max().item<float>());
    }
}
