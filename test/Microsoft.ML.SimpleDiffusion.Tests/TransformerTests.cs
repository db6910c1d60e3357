using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests;

[TestClass]
public class TransformerTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Images_are_made_in_growing_batches_and_only_when_read()
    {
        var model = Model();
        using var transformer = new SimpleDiffusionTransformer(_context, model);

        var view = transformer.Transform(Requests(15));
        Assert.IsEmpty(model.BatchSizes);

        Assert.HasCount(15, Read(view));
        CollectionAssert.AreEqual(new[] { 1, 2, 4, 4, 4 }, model.BatchSizes);
    }

    [TestMethod]
    public void Reading_other_columns_makes_no_images()
    {
        var model = Model();
        using var transformer = new SimpleDiffusionTransformer(_context, model);

        string[] labels = transformer.Transform(Requests(9)).GetColumn<string>("Label").ToArray();

        Assert.HasCount(9, labels);
        Assert.IsEmpty(model.BatchSizes);
    }

    [TestMethod]
    public void Rows_keep_their_other_columns_and_order()
    {
        using var transformer = new SimpleDiffusionTransformer(_context, Model());

        var rows = Read(transformer.Transform(Requests(9)));

        for (int i = 0; i < rows.Count; i++)
        {
            Assert.AreEqual(TinyData.Labels[i % 3], rows[i].Label);
            Assert.AreEqual(40 * (i % 3), rows[i].GeneratedImage.Pixels[0]);
        }
    }

    [TestMethod]
    public void Image_columns_of_the_input_survive_reading_ahead()
    {
        using var transformer = new SimpleDiffusionTransformer(_context, Model());
        var images = Enumerable.Range(0, 7).Select(i => new WithPicture { Label = "red", Picture = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Rgba32, [(byte)i, 0, 0, 255]) });

        var rows = _context.Data.CreateEnumerable<WithPicture>(transformer.Transform(_context.Data.LoadFromEnumerable(images)), reuseRowObject: false).ToList();

        CollectionAssert.AreEqual(Enumerable.Range(0, 7).ToArray(), rows.Select(row => (int)row.Picture.Pixels[0]).ToArray());
    }

    [TestMethod]
    public void Prediction_engine_works_and_leaves_a_shared_model_alive()
    {
        using var transformer = new SimpleDiffusionTransformer(_context, Model());
        using (var engine = _context.Model.CreatePredictionEngine<Request, Prediction>(transformer.WithSampling(new SamplingOptions())))
        {
            Assert.AreEqual(40, engine.Predict(new Request { Label = "green" }).GeneratedImage.Pixels[0]);
            Assert.AreEqual(80, engine.Predict(new Request { Label = "blue" }).GeneratedImage.Pixels[0]);
        }

        Assert.HasCount(2, Read(transformer.Transform(Requests(2))));
    }

    [TestMethod]
    public void Weights_live_until_the_last_owner_is_disposed_of()
    {
        var model = Model();
        var first = new SimpleDiffusionTransformer(_context, model);
        var second = first.WithSampling(new SamplingOptions { Steps = 2 });
        first.Dispose();
        first.Dispose();

        Assert.HasCount(1, Read(second.Transform(Requests(1))));
        Assert.AreEqual(1, model.Owners);
        Assert.ThrowsExactly<ObjectDisposedException>(() => first.Transform(Requests(1)));
        second.Dispose();
        Assert.AreEqual(0, model.Owners);
    }

    [TestMethod]
    public void Generating_after_the_model_has_gone_says_what_has_been_disposed_of()
    {
        var transformer = new SimpleDiffusionTransformer(_context, Model());
        var view = transformer.Transform(Requests(1));
        var engine = _context.Model.CreatePredictionEngine<Request, Prediction>(transformer);
        engine.Dispose();

        foreach (Action use in new Action[]
        {
            () => engine.Predict(new Request { Label = "red" }),
            () => Read(view),
            () => transformer.Transform(view),
            () => transformer.GetRowToRowMapper(view.Schema),
            () => transformer.WithSampling(new SamplingOptions()),
            () => transformer.WithCompute(new ComputeOptions()),
            () => transformer.SaveAsSafetensors("nowhere"),
            () => _context.Model.Save(transformer, null, new MemoryStream()),
        })
        {
            StringAssert.StartsWith(
                Assert.ThrowsExactly<ObjectDisposedException>(use).Message,
                "This image generator (SimpleDiffusionTransformer) has been disposed of and cannot be used any more. A PredictionEngine disposes of its model");
        }
    }

    [TestMethod]
    public void Seed_column_makes_the_image_independent_of_the_row()
    {
        var options = TinyData.Options();
        options.SeedColumnName = "Seed";
        using var transformer = new SimpleDiffusionTransformer(_context, Model(options));
        var rows = new[] { Row(5), Row(6), Row(5) };

        byte[] seeds = Read(transformer.Transform(_context.Data.LoadFromEnumerable(rows))).Select(row => row.GeneratedImage.Pixels[1]).ToArray();

        Assert.AreEqual(seeds[0], seeds[2]);
        Assert.AreNotEqual(seeds[0], seeds[1]);
        static Request Row(long seed) => new() { Label = "red", Seed = seed };
    }

    [TestMethod]
    public void Keys_of_another_order_cannot_permute_classes()
    {
        using var transformer = new SimpleDiffusionTransformer(_context, Model());
        var rows = _context.Data.LoadFromEnumerable(new[] { new Request { Label = "blue" }, new Request { Label = "red" } });
        var keys = _context.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);

        int[] colours = _context.Data.CreateEnumerable<ImageOnly>(transformer.Transform(keys), reuseRowObject: false).Select(row => (int)row.GeneratedImage.Pixels[0]).ToArray();

        CollectionAssert.AreEqual(new[] { 80, 0 }, colours);
    }

    [TestMethod]
    public void Class_unseen_at_fit_is_named_with_its_row()
    {
        using var transformer = new SimpleDiffusionTransformer(_context, Model());
        var rows = _context.Data.LoadFromEnumerable(new[] { new Request { Label = "red" }, new Request { Label = "pink" } });

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Read(transformer.Transform(rows)));

        StringAssert.Contains(error.Message, "Row 1");
        StringAssert.Contains(error.Message, "'pink'");
        StringAssert.Contains(error.Message, "'red', 'green', 'blue'");
    }

    [TestMethod]
    public void Missing_condition_column_is_named()
    {
        using var transformer = new SimpleDiffusionTransformer(_context, Model());

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => transformer.Transform(_context.Data.LoadFromEnumerable(new[] { new { X = 1 } })));

        StringAssert.Contains(error.Message, "Could not find condition column 'Label'");
    }

    [TestMethod]
    public void Condition_column_of_another_type_is_named_with_its_type()
    {
        using var transformer = new SimpleDiffusionTransformer(_context, Model());

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => transformer.Transform(_context.Data.LoadFromEnumerable(new[] { new { Label = 1f } })));

        StringAssert.Contains(error.Message, "Schema mismatch for condition column 'Label': expected key or text, got Single");
    }

    [TestMethod]
    public void Pixel_column_has_the_bytes_of_the_image()
    {
        var options = TinyData.Options();
        options.OutputPixelsColumnName = "Pixels";
        using var transformer = new SimpleDiffusionTransformer(_context, Model(options));

        var view = transformer.Transform(Requests(3));
        float[][] pixels = view.GetColumn<float[]>("Pixels").ToArray();

        CollectionAssert.AreEqual(new[] { 3, TinyData.Side, TinyData.Side }, ((VectorDataViewType)view.Schema["Pixels"].Type).Dimensions.ToArray());
        Assert.AreEqual(80f, pixels[2][0]);
    }

    [TestMethod]
    public void Sampling_options_out_of_range_are_refused()
    {
        using var transformer = new SimpleDiffusionTransformer(_context, Model());

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => transformer.WithSampling(new SamplingOptions { Steps = 0 }));

        Assert.AreEqual("Sampling.Steps", error.ParamName);
    }

    private static List<Prediction> Read(IDataView view)
        => new MLContext().Data.CreateEnumerable<Prediction>(view, reuseRowObject: false).ToList();

    private IDataView Requests(int count)
        => _context.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Request { Label = TinyData.Labels[i % 3], Seed = i }));

    private static FakeModel Model(SimpleDiffusionOptions? options = null) => new(new ModelConfiguration
    {
        Options = options ?? TinyData.Options(),
        Condition = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = TinyData.Labels },
        TrainedSteps = 1,
    });

    private sealed class ImageOnly
    {
        [Transforms.Image.ImageType(TinyData.Side, TinyData.Side)]
        public MLImage GeneratedImage { get; set; } = null!;
    }

    private sealed class WithPicture
    {
        public string Label { get; set; } = string.Empty;

        [Transforms.Image.ImageType(1, 1)]
        public MLImage Picture { get; set; } = null!;

        [Transforms.Image.ImageType(TinyData.Side, TinyData.Side)]
        public MLImage GeneratedImage { get; set; } = null!;
    }
}
