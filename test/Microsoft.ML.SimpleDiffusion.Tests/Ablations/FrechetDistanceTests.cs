using System.Text.Json;
using global::Ablations;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Ablations;

[TestClass]
public class FrechetDistanceTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(256)]
    public void Unit_normals_whose_means_differ_by_one_are_as_far_apart_as_they_have_dimensions(int dimensions)
    {
        using var scope = NewDisposeScope();
        var covariance = eye(dimensions, dtype: ScalarType.Float64);

        double distance = FrechetDistance.Between(
            zeros(dimensions, dtype: ScalarType.Float64), covariance, ones(dimensions, dtype: ScalarType.Float64), covariance);

        Assert.AreEqual(dimensions, distance, 1e-9);
    }

    [TestMethod]
    public void Covariances_that_commute_are_apart_by_the_squared_differences_of_their_roots()
    {
        using var scope = NewDisposeScope();
        var mean = zeros(3, dtype: ScalarType.Float64);

        // (1 - 2)^2 + (3 - 1)^2 + (2 - 0)^2, the last covariance being singular.
        double distance = FrechetDistance.Between(mean, Diagonal(1, 9, 4), mean, Diagonal(4, 1, 0));

        Assert.AreEqual(9, distance, 1e-9);

        static Tensor Diagonal(params double[] values) => diag(tensor(values));
    }

    [TestMethod]
    public void The_distance_agrees_with_torch_fidelity()
    {
        // Features and distances computed by toshas/torch-fidelity 5e211a9.
        using var reference = JsonDocument.Parse(File.ReadAllText(SharedFolder.Require("reference/fid_kid_prdc.json")));
        foreach (var example in reference.RootElement.GetProperty("cases").EnumerateArray())
        {
            using var scope = NewDisposeScope();
            double expected = example.GetProperty("fid").GetDouble();

            double distance = FrechetDistance.Between(Matrix(example.GetProperty("features_real")), Matrix(example.GetProperty("features_fake")));

            Assert.AreEqual(expected, distance, 1e-6 * expected);
        }

        static Tensor Matrix(JsonElement rows)
        {
            double[][] values = rows.EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetDouble()).ToArray()).ToArray();
            return tensor(values.SelectMany(row => row).ToArray()).reshape(values.Length, -1);
        }
    }

    [TestMethod]
    public void One_row_has_no_covariance()
    {
        using var scope = NewDisposeScope();
        Assert.ThrowsExactly<ArgumentException>(() => FrechetDistance.Between(ones(1, 3), ones(2, 3)));
    }
}
