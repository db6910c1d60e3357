using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.ResNet.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Tests;

[TestClass]
public class ResNet18FeaturesTests
{
    private static readonly MLContext Context = new(1);

    [TestMethod]
    public void Features_are_a_vector_of_512_beside_what_was_there()
    {
        var view = SomePictures.View(Context, 3);
        using var transformer = Context.ImageGeneration().ResNet18Features(new ResNet18Options { FeatureColumnName = "Seen", Threads = 2 }).Fit(view);

        var rows = Context.Data.CreateEnumerable<Seen>(transformer.Transform(view), reuseRowObject: false).ToList();

        var type = (VectorDataViewType)transformer.GetOutputSchema(view.Schema)["Seen"].Type;
        Assert.AreEqual((512, NumberDataViewType.Single), (type.Size, type.ItemType));
        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, rows.Select(row => row.Number).ToArray());
        Assert.IsFalse(rows[0].Features.SequenceEqual(rows[1].Features));
    }

    [TestMethod]
    public void Saved_transformer_is_loaded_and_says_the_same_also_row_by_row()
    {
        using var folder = new TemporaryFolder();
        var view = SomePictures.View(Context, 2);
        using var transformer = Context.ImageGeneration().ResNet18Features(new ResNet18Options { Threads = 1, NetworkFolder = Path.Combine(AppContext.BaseDirectory, "DnnImageModels") }).Fit(view);
        Context.Model.Save(transformer, view.Schema, folder.File("model.zip"));

        using var loaded = (ResNet18FeaturesTransformer)new MLContext(1).Model.LoadChecked(folder.File("model.zip"), out _);

        Assert.IsNull(loaded.Options.NetworkFolder);
        Assert.IsNull(loaded.Options.Threads);
        float[][] expected = [.. transformer.Transform(view).GetColumn<float[]>("Features")];
        CollectionAssert.AreEqual(expected[1], loaded.Transform(view).GetColumn<float[]>("Features").Last());
        using var engine = Context.Model.CreatePredictionEngine<PictureRow, Answer>(loaded);
        CollectionAssert.AreEqual(expected[0], engine.Predict(SomePictures.Rows(1).Single()).Features);
    }

    [TestMethod]
    public void Errors_name_what_is_wrong()
    {
        var view = SomePictures.View(Context, 1);
        var catalog = Context.ImageGeneration();
        StringAssert.Contains(
            Assert.Throws<ArgumentOutOfRangeException>(() => catalog.ResNet18Features(new ResNet18Options { ImageColumnName = "Picture" }).Fit(view)).Message, "Could not find image column 'Picture'");
        StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => catalog.ResNet18Features(new ResNet18Options { FeatureColumnName = string.Empty })).Message, "FeatureColumnName must be a name");
        var transformer = catalog.ResNet18Features().Fit(view);
        transformer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => transformer.Transform(view));
    }

    private sealed class Seen
    {
        [ColumnName("Seen")]
        [VectorType(512)]
        public float[] Features { get; set; } = [];

        public int Number { get; set; }
    }

    private sealed class Answer
    {
        [VectorType(512)]
        public float[] Features { get; set; } = [];
    }
}
