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
}
