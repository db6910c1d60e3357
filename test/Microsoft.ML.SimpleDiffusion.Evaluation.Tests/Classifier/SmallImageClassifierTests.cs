using System.IO.Compression;
using System.Text;
using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Classifier;

[TestClass]
public class SmallImageClassifierTests
{
    private static readonly MLContext Context = new(1);

    [TestMethod]
    public void Plain_colours_are_told_apart_after_a_few_epochs()
    {
        using var classifier = Fit();

        var rows = Read(classifier.Transform(TinyData.View(Context, 30)));

        Assert.IsTrue(rows.All(row => row.PredictedText == row.LabelText));
        Assert.IsTrue(rows.All(row => row.Features.Length == 64 && row.Score.Length == 3));
        Assert.IsTrue(rows.All(row => Math.Abs(row.Score.Sum() - 1) < 1e-5));
    }

    [TestMethod]
    public void Text_labels_give_the_classes_in_ordinal_order()
    {
        using var classifier = Context.ImageGeneration().SmallImageClassifier(Options()).Fit(Context.Data.LoadFromEnumerable(TinyData.Rows(24)));

        CollectionAssert.AreEqual(new[] { "blue", "green", "red" }, classifier.Classes.ToArray());
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_classifier()
    {
        using SmallImageClassifierTransformer one = Fit(), same = Fit(), other = Fit(options => options.Seed = 2);
        var view = TinyData.View(Context, 5);

        float[] features = Features(one, view);
        CollectionAssert.AreEqual(features, Features(same, view));
        CollectionAssert.AreNotEqual(features, Features(other, view));
    }

    [TestMethod]
    public void Network_moves_to_another_device_whole()
    {
        using var network = new ClassifierNetwork(channels: 3, size: 16, classCount: 3, torch.META);

        foreach (var (name, tensor) in network.NamedTensors())
        {
            Assert.AreEqual(DeviceType.META, tensor.device_type, name);
        }
    }

    [TestMethod]
    public void A_saved_classifier_comes_back_from_its_file_in_a_fresh_context()
    {
        using var folder = new TemporaryFolder();
        using var classifier = Fit();
        var view = TinyData.View(Context, 5);
        string path = Path.Combine(folder.Path, "model.zip");
        Context.Model.Save(classifier, view.Schema, path);

        using var loaded = (SmallImageClassifierTransformer)new MLContext(2).Model.Load(path, out _);

        CollectionAssert.AreEqual(Features(classifier, view), Features(loaded, view));
        CollectionAssert.AreEqual(classifier.Classes.ToArray(), loaded.Classes.ToArray());
        using var zip = ZipFile.OpenRead(path);
        Assert.ContainsSingle(entry => entry.FullName.EndsWith("weights.safetensors", StringComparison.Ordinal), zip.Entries);

        // Nothing of the machine is stored.
        using var configuration = new StreamReader(zip.Entries.Single(entry => entry.Name == "Model.key").Open(), Encoding.Unicode);
        Assert.DoesNotContain("threads", configuration.ReadToEnd());
    }

    [TestMethod]
    public void Prediction_engine_says_of_a_row_what_a_batch_says()
    {
        using var classifier = Fit();
        var rows = TinyData.Rows(6).ToList();
        using var engine = Context.Model.CreatePredictionEngine<TinyRow, Prediction>(classifier, new PredictionEngineOptions { OwnsTransformer = false });
        var expected = Context.Data.CreateEnumerable<Prediction>(classifier.Transform(Context.Data.LoadFromEnumerable(rows)), reuseRowObject: false).ToList();

        foreach (var (row, batch) in rows.Zip(expected))
        {
            var prediction = engine.Predict(row);

            Assert.AreEqual(batch.PredictedLabel, prediction.PredictedLabel);
            Assert.IsLessThan(1e-5f, prediction.Score.Zip(batch.Score, (a, b) => Math.Abs(a - b)).Max());
            Assert.IsLessThan(1e-4f, prediction.Features.Zip(batch.Features, (a, b) => Math.Abs(a - b)).Max());
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => engine.Predict(new TinyRow { Image = [1, 2, 3] }));
        StringAssert.Contains(error.Message, "cannot read the image");
    }

    [TestMethod]
    public void Files_that_cannot_be_read_are_named_by_the_first_row_and_by_nothing_else()
    {
        using var classifier = Fit();
        var paths = Context.Data.LoadFromEnumerable(Enumerable.Range(0, 4).Select(i => new { Image = $"/missing/{i}.png" }));

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => classifier.Transform(paths).GetColumn<float[]>("Score").ToList());

        StringAssert.Contains(error.Message, "cannot read the image");
        StringAssert.Contains(error.Message, "/missing/");
    }

    /// <summary>A file that an earlier version wrote, kept for ever.</summary>
    [TestMethod]
    public void File_of_version_1_gives_the_features_that_it_gave()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Classifier", "Fixtures", "Version1");
        using var classifier = (SmallImageClassifierTransformer)Context.Model.Load(Path.Combine(folder, "classifier.zip"), out _);
        float[] expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, "classifier.features"))).ToArray();

        float[] actual = Features(classifier, TinyData.View(Context, 3));

        Assert.HasCount(expected.Length, actual);
        Assert.IsLessThan(1e-3f, expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max());
    }

    [TestMethod]
    public void A_damaged_file_is_one_clear_error()
    {
        using var folder = new TemporaryFolder();
        using var classifier = Fit();
        string path = Path.Combine(folder.Path, "model.zip");
        Context.Model.Save(classifier, TinyData.View(Context, 5).Schema, path);
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            zip.Entries.Single(entry => entry.Name == "weights.safetensors").Delete();
        }

        var error = Assert.Throws<Exception>(() => new MLContext(2).Model.Load(path, out _));

        StringAssert.Contains(error.ToString(), "The classifier is damaged: the entry weights.safetensors is missing.");
    }

    [TestMethod]
    public void Images_are_classified_in_batches_and_only_when_asked_for()
    {
        using var classifier = Fit();
        int read = 0;
        var view = classifier.Transform(Context.Data.LoadFromEnumerable(TinyData.Rows(40).Select(row =>
        {
            read++;
            return row;
        })));

        using var cursor = view.GetRowCursor([view.Schema["Features"]]);
        var getter = cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]);
        VBuffer<float> features = default;
        for (int i = 0; i < 3; i++)
        {
            Assert.IsTrue(cursor.MoveNext());
            getter(ref features);
        }

        // Batches of 1 and 2 images.
        Assert.AreEqual(3, read);
    }

    [TestMethod]
    public void Another_image_column_is_read_with_the_same_weights()
    {
        var view = TinyData.View(Context, 5);
        var renamed = Context.Transforms.CopyColumns("Other", "Image").Fit(view).Transform(view);
        var classifier = Fit();
        using var other = classifier.WithImageColumn("Other");
        float[] expected = Features(classifier, view);

        classifier.Dispose();

        CollectionAssert.AreEqual(expected, Features(other, renamed));
        var error = Assert.ThrowsExactly<ObjectDisposedException>(() => classifier.Transform(view));
        StringAssert.StartsWith(error.Message, "This image classifier (SmallImageClassifierTransformer) has been disposed of");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => other.Transform(view));
    }

    [TestMethod]
    public void It_works_in_a_pipeline_whose_schema_it_tells_beforehand()
    {
        var view = TinyData.View(Context, 24);
        var estimator = Context.ImageGeneration().SmallImageClassifier(Options()).Append(Context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var transformed = estimator.Fit(view).Transform(view);

        Assert.IsInstanceOfType<TextDataViewType>(transformed.Schema["PredictedLabel"].Type);
    }

    [TestMethod]
    public void Bad_input_and_options_are_errors_that_name_them()
    {
        var catalog = Context.ImageGeneration();
        (string Name, Action<SmallImageClassifierOptions> Change)[] wrong =
        [
            ("ImageColumnName", options => options.ImageColumnName = string.Empty),
            ("LabelColumnName", options => options.LabelColumnName = string.Empty),
            ("FeatureColumnName", options => options.FeatureColumnName = "Score"),
            ("ImageSize", options => options.ImageSize = 3),
            ("Channels", options => options.Channels = 17),
            ("Epochs", options => options.Epochs = 0),
            ("BatchSize", options => options.BatchSize = 0),
            ("LearningRate", options => options.LearningRate = 0),
        ];
        foreach (var (name, change) in wrong)
        {
            var options = Options();
            change(options);
            Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => catalog.SmallImageClassifier(options)).ParamName);
        }

        var oneClass = Context.Data.LoadFromEnumerable(TinyData.Rows(9).Where(row => row.Label == "red"));
        var noClass = Context.Data.LoadFromEnumerable(TinyData.Rows(9).Append(new TinyRow { Image = new byte[192] }));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => catalog.SmallImageClassifier(Options()).Fit(oneClass)).Message, "2 or more");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => catalog.SmallImageClassifier(Options()).Fit(noClass)).Message, "has no class");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => catalog.SmallImageClassifier(new SmallImageClassifierOptions { LabelColumnName = "Nothing" }).Fit(oneClass));
    }

    private static SmallImageClassifierOptions Options()
        => new() { ImageSize = 8, Epochs = 4, BatchSize = 16, LearningRate = 1e-2, Compute = new ComputeOptions { Device = ComputeDevice.Cpu, Threads = 1 } };

    private static SmallImageClassifierTransformer Fit(Action<SmallImageClassifierOptions>? change = null)
    {
        var options = Options();
        change?.Invoke(options);
        return Context.ImageGeneration().SmallImageClassifier(options).Fit(TinyData.View(Context, 48));
    }

    private static float[] Features(SmallImageClassifierTransformer classifier, IDataView view) => Read(classifier.Transform(view)).SelectMany(row => row.Features).ToArray();

    private static List<Row> Read(IDataView view)
    {
        var texts = Context.Transforms.Conversion.MapKeyToValue("LabelText", "Label").Append(Context.Transforms.Conversion.MapKeyToValue("PredictedText", "PredictedLabel"));
        return [.. Context.Data.CreateEnumerable<Row>(texts.Fit(view).Transform(view), reuseRowObject: false)];
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public float[] Score { get; set; } = [];

        public string LabelText { get; set; } = string.Empty;

        public string PredictedText { get; set; } = string.Empty;
    }

    private sealed class Prediction
    {
        public float[] Features { get; set; } = [];

        public float[] Score { get; set; } = [];

        [KeyType(3)]
        public uint PredictedLabel { get; set; }
    }
}
