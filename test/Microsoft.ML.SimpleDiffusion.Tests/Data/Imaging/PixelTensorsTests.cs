using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Imaging;

[TestClass]
public class PixelTensorsTests
{
    [TestMethod]
    public void All_levels_come_back_and_lie_where_they_should()
    {
        using var scope = NewDisposeScope();
        byte[] levels = [.. Enumerable.Range(0, 256).Select(level => (byte)level)];

        var values = PixelTensors.FromBytes(tensor(levels));

        float[] actual = values.data<float>().ToArray();
        for (int level = 0; level < levels.Length; level++)
        {
            Assert.AreEqual((level / 127.5) - 1, actual[level], 2e-7, $"level {level}");
        }

        Assert.AreEqual(-1f, actual[0]);
        CollectionAssert.AreEqual(levels, PixelTensors.ToBytes(values).data<byte>().ToArray());
    }

    [TestMethod]
    [DataRow(-1.5f, (byte)0)]
    [DataRow(1.5f, (byte)255)]
    [DataRow(0.0019f, (byte)128)]
    public void Values_are_rounded_and_clipped(float value, byte expected)
    {
        using var scope = NewDisposeScope();

        Assert.AreEqual(expected, PixelTensors.ToBytes(tensor(new[] { value })).item<byte>());
    }

    [TestMethod]
    [DataRow(0f, 65_535f)]
    [DataRow(-500f, 9_000f)]
    [DataRow(-1e-3f, 2e-3f)]
    [DataRow(1e6f, 1.5e6f)]
    public void Range_lies_from_minus_one_to_one_and_comes_back(float minimum, float maximum)
    {
        using var scope = NewDisposeScope();
        var format = PixelFormat.Of(new SimpleDiffusionOptions { PixelMinimum = minimum, PixelMaximum = maximum });
        float[] pixels = [minimum, minimum + ((maximum - minimum) / 4), minimum + ((maximum - minimum) / 2), maximum];

        var values = PixelTensors.ToNetwork(tensor(pixels), format);

        float[] expected = [-1, -0.5f, 0, 1], actual = values.data<float>().ToArray(), back = PixelTensors.FromNetwork(values, format).data<float>().ToArray();
        for (int i = 0; i < pixels.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-6f);
            Assert.AreEqual(pixels[i], back[i], 1e-6f * (maximum - minimum));
        }

        Assert.AreEqual((-1f, 1f), (actual[0], actual[^1]));
        CollectionAssert.AreEqual(new[] { minimum, maximum, minimum, maximum }, PixelTensors.FromNetwork(tensor(new[] { -1.01f, 1.01f, -1e9f, 1e9f }), format).data<float>().ToArray());
    }
}
