using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Tests.Network;

[TestClass]
public class ResNet18NetworkTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, NetworkFile.Folder);

    /// <summary>The numbers are what ML.NET's own DnnFeaturizeImage 0.23.1 says of the same pixels.</summary>
    [TestMethod]
    public void Features_are_those_of_the_component_that_the_network_comes_with()
    {
        using var network = ResNet18Network.Open(folder: null, threads: 1);

        float[] features = network.Compute([Noise(1)], CancellationToken.None)[0];

        Assert.HasCount(512, features);
        Assert.AreEqual(0.002941095f, features[0], 1e-5f);
        Assert.AreEqual(10.39627f, features.Max(), 1e-4f);
        Assert.AreEqual(0f, features.Min());
    }

    [TestMethod]
    public void Features_are_those_of_ONNX_Runtime_on_its_own()
    {
        byte[] picture = Noise(2);
        using var network = ResNet18Network.Open(Folder, threads: 1);
        using var preprocessing = new InferenceSession(Path.Combine(Folder, NetworkFile.Preprocessing.Name));
        using var resnet = new InferenceSession(Path.Combine(Folder, NetworkFile.Network.Name));
        var pixels = new DenseTensor<float>(Array.ConvertAll(picture, value => (float)value), [1, 3, 224, 224]);
        using var prepared = preprocessing.Run([NamedOnnxValue.CreateFromTensor(preprocessing.InputNames[0], pixels)]);
        using var expected = resnet.Run([NamedOnnxValue.CreateFromTensor(resnet.InputNames[0], prepared[0].AsTensor<float>())]);

        float[] features = network.Compute([picture], CancellationToken.None)[0];

        foreach (var (one, other) in features.Zip(expected[0].AsEnumerable<float>()))
        {
            Assert.AreEqual(other, one, 1e-4f);
        }
    }

    [TestMethod]
    public void Features_of_a_picture_depend_on_that_picture_alone()
    {
        byte[][] pictures = [.. Enumerable.Range(0, 5).Select(Noise)];
        using ResNet18Network one = ResNet18Network.Open(Folder, threads: 1), three = ResNet18Network.Open(Folder, threads: 3);

        float[][] together = three.Compute(pictures, CancellationToken.None);

        for (int i = 0; i < pictures.Length; i++)
        {
            CollectionAssert.AreEqual(one.Compute([pictures[i]], CancellationToken.None)[0], together[i]);
        }
    }

    [TestMethod]
    public void Work_is_stopped_when_it_is_cancelled()
    {
        using var network = ResNet18Network.Open(Folder, threads: 2);

        Assert.Throws<OperationCanceledException>(() => network.Compute([Noise(1)], new CancellationToken(canceled: true)));
    }

    [TestMethod]
    public void Network_that_is_not_there_is_told_with_where_it_was_looked_for()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => ResNet18Network.Open(folder.Path, threads: 1));

        StringAssert.StartsWith(error.Message, "The network ResNet18 cannot be read: There is no file");
        StringAssert.Contains(error.Message, folder.Path);
    }

    [TestMethod]
    public void File_that_is_another_one_never_reaches_ONNX_Runtime()
    {
        using var folder = Copy();
        string path = folder.File(NetworkFile.Preprocessing.Name);
        byte[] content = File.ReadAllBytes(path);
        content[1000] ^= 1;
        File.WriteAllBytes(path, content);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => ResNet18Network.Open(folder.Path, threads: 1));

        StringAssert.Contains(error.Message, "is not the file that the package Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1 has");
        File.WriteAllBytes(path, [.. content, 0]);
        error = Assert.ThrowsExactly<InvalidOperationException>(() => ResNet18Network.Open(folder.Path, threads: 1));
        StringAssert.Contains(error.Message, "has 602585 bytes, where at most 602584 can be");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void File_that_is_none_is_refused_at_once()
    {
        using var folder = Copy();
        SpecialFiles.InPlaceOf(folder.File(NetworkFile.Preprocessing.Name), kind => Assert.ThrowsExactly<InvalidOperationException>(() => ResNet18Network.Open(folder.Path, threads: 1), kind));
    }

    [TestMethod]
    public void Version_is_the_one_that_the_build_uses()
    {
        string source = SourceRoot.Find();
        string used = XDocument.Load(Path.Combine(source, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(item => (string?)item.Attribute("Include") == NetworkFile.Package).Attribute("Version")!.Value;
        Assert.AreEqual($"[{NetworkFile.PackageVersion}]", used);

        string targets = File.ReadAllText(Path.Combine(source, "src/Microsoft.ML.SimpleDiffusion.ResNet/buildTransitive/Microsoft.ML.SimpleDiffusion.ResNet.targets"));
        foreach (Match version in Regex.Matches(targets, @"\d+\.\d+\.\d+"))
        {
            Assert.AreEqual(NetworkFile.PackageVersion, version.Value);
        }
    }

    private static byte[] Noise(int seed)
    {
        var random = new Random(seed);
        var pixels = new byte[3 * 224 * 224];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)random.Next(256);
        }

        return pixels;
    }

    /// <summary>The folder of the network without the large file, which comes second.</summary>
    private static TemporaryFolder Copy()
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(NetworkFile.Preprocessing.Name))!);
        File.Copy(Path.Combine(Folder, NetworkFile.Preprocessing.Name), folder.File(NetworkFile.Preprocessing.Name));
        return folder;
    }
}
