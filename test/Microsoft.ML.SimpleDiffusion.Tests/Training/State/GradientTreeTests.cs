using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.State;

[TestClass]
public class GradientTreeTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    [DataRow(6)]
    [DataRow(8)]
    public void Sum_is_that_of_a_binary_tree(int count)
    {
        float[] values = [.. new[] { 1e8f, 1, 1, -1e8f, 3, 1e-3f, 7e7f, 0.1f }.Take(count)];
        using var gradient = zeros(3);
        using var tree = new GradientTree(gradient);

        for (int step = 0; step < 2; step++)
        {
            gradient.zero_();
            for (int i = 0; i < count; i++)
            {
                Assert.AreEqual(0f, gradient[0].item<float>());
                gradient.add_(values[i]);
                tree.Add(isLast: i == count - 1);
            }

            Assert.AreEqual(Sum(values), gradient[2].item<float>());
        }
    }

    /// <summary>Pairs, then pairs of pairs; what is left over comes last, the smallest first.</summary>
    private static float Sum(float[] values)
    {
        if (values.Length == 1)
        {
            return values[0];
        }

        int half = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)values.Length) / 2;
        return Sum(values[..half]) + Sum(values[half..]);
    }
}
