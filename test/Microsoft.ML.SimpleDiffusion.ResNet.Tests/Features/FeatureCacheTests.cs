using Microsoft.ML.SimpleDiffusion.ResNet.Features;
using Microsoft.ML.SimpleDiffusion.ResNet.Pictures;
using Microsoft.ML.SimpleDiffusion.ResNet.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Tests.Features;

[TestClass]
public sealed class FeatureCacheTests : IDisposable
{
    private const int Count = 4;

    private static readonly MLContext Context = new(1);
    private static readonly PictureDigest Some = new(Count, new string('a', 64));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void What_is_written_is_read_by_whoever_asks_for_the_same_pictures()
    {
        float[][] features = Features();
        Open().Write(Some, features);

        float[][] read = Open().TryRead(Some)!;

        CollectionAssert.AreEqual(features.SelectMany(row => row).ToArray(), read.SelectMany(row => row).ToArray());
        Assert.IsNull(Open().TryRead(Some with { Sha256 = new string('b', 64) }));
        Assert.IsNull(Open().TryRead(Some with { Count = Count + 1 }));
        Assert.IsNull(Open().TryRead(Some with { Count = Count - 1 }));
        Assert.IsNull(Open().TryRead(Some with { Count = int.MaxValue }));
    }

    [TestMethod]
    public void Damaged_file_is_none()
    {
        Open().Write(Some, Features());
        byte[] content = File.ReadAllBytes(SingleFile());
        foreach (int at in new[] { 0, 8, 12, 16, content.Length / 2, content.Length - 1 })
        {
            byte[] damaged = [.. content];
            damaged[at] ^= 1;
            File.WriteAllBytes(SingleFile(), damaged);
            Assert.IsNull(Open().TryRead(Some), $"{at}");
        }

        File.WriteAllBytes(SingleFile(), content[..^1]);
        Assert.IsNull(Open().TryRead(Some));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void File_that_is_none_is_passed_over()
    {
        Open().Write(Some, Features());
        SpecialFiles.InPlaceOf(SingleFile(), kind => Assert.IsNull(Open().TryRead(Some), kind));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Fault_of_the_disk_leaves_what_is_whole_or_nothing(bool cutsPower)
    {
        float[][] features = Features();
        string directory = _folder.File("cache");
        FaultyDisk.TryEach(
            cutsPower,
            () => FaultyDisk.Reset(directory, () => { }),
            () => new FeatureCache(directory, _ => { }).Write(Some, features),
            what =>
            {
                float[][]? read = new FeatureCache(directory, _ => { }).TryRead(Some);
                Assert.IsTrue(read is null || read.SelectMany(row => row).SequenceEqual(features.SelectMany(row => row)), what);
            });
    }

    [TestMethod]
    public void Folder_that_cannot_be_written_is_warned_of()
    {
        var warnings = new List<string>();
        var cache = new FeatureCache(_folder.File("cache"), warnings.Add);
        Directory.Delete(_folder.File("cache"));

        cache.Write(Some, Features());

        Assert.HasCount(1, warnings);
        StringAssert.StartsWith(warnings[0], "The features of the real images cannot be kept in the cache folder: ");
    }

    [TestMethod]
    public void Folder_that_cannot_be_made_is_refused_by_the_name_of_its_option()
    {
        File.WriteAllText(_folder.File("cache"), "a file");

        var error = Assert.ThrowsExactly<InvalidOperationException>(Open);

        StringAssert.Contains(error.Message, "of the option CacheDirectory cannot be created");
    }

    [TestMethod]
    public void Real_pictures_are_looked_at_once_and_known_by_their_pixels()
    {
        var options = new ResNet18DistanceOptions { CacheDirectory = _folder.File("cache") };
        var generated = SomePictures.View(Context, 8, seed: 2);
        using (var metric = Context.ImageGeneration().ResNet18Distance(SomePictures.View(Context, 8), options))
        {
            Assert.IsGreaterThan(0, metric.Measure(generated, "Image").Distance);
        }

        string file = SingleFile();

        // Other features in the place of theirs, which only a reader of the file can have.
        float[][] others = Features(8);
        var digest = PictureDigest.Of(PictureWindows.Read(SomePictures.View(Context, 8), "Image", 1, CancellationToken.None), _ => { });
        Open().Write(digest, others);
        Assert.AreEqual(file, SingleFile());
        using var known = Context.ImageGeneration().ResNet18Distance(SomePictures.View(Context, 8), options);
        using var computed = Context.ImageGeneration().ResNet18Distance(SomePictures.View(Context, 8));
        Assert.AreNotEqual(computed.Measure(generated, "Image").Distance, known.Measure(generated, "Image").Distance);

        // One pixel of one picture makes another set, and damage brings the right features back.
        var changed = SomePictures.Rows(8).ToList();
        changed[3].Image[5] ^= 1;
        using (Context.ImageGeneration().ResNet18Distance(Context.Data.LoadFromEnumerable(changed), options))
        {
        }

        Assert.HasCount(2, Directory.GetFiles(_folder.File("cache")));
        File.WriteAllText(file, "damaged");
        using var again = Context.ImageGeneration().ResNet18Distance(SomePictures.View(Context, 8), options);
        Assert.AreEqual(computed.Measure(generated, "Image").Distance, again.Measure(generated, "Image").Distance);
        Assert.IsNotNull(Open().TryRead(digest));
    }

    private FeatureCache Open() => new(_folder.File("cache"), Assert.Fail);

    private string SingleFile() => Directory.GetFiles(_folder.File("cache")).Single();

    private static float[][] Features(int count = Count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 512).Select(_ => random.NextSingle()).ToArray())];
    }
}
