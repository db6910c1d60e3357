using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>A model of some thousand weights in every form that it is saved in.</summary>
internal sealed class TinyModel
{
    private static readonly Lazy<TinyModel> OfClasses = new(() => new TinyModel(context => TinyData.View(context)));
    private static readonly Lazy<TinyModel> OfCaptions = new(() => new TinyModel(context => context.Data.LoadFromEnumerable(TinyData.Rows(24))));

    private TinyModel(Func<MLContext, IDataView> view)
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        using var model = context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(view(context), view(context));
        using var stream = new MemoryStream();
        context.Model.Save(model, null, stream);
        model.SaveAsSafetensors(folder.Path);
        Zip = stream.ToArray();
        Configuration = File.ReadAllBytes(folder.File("config.json"));
        Weights = File.ReadAllBytes(folder.File("model.safetensors"));
    }

    public static TinyModel Shared => OfClasses.Value;

    /// <summary>A text-to-image model.</summary>
    public static TinyModel Captioned => OfCaptions.Value;

    public byte[] Zip { get; }

    public byte[] Configuration { get; }

    public byte[] Weights { get; }
}
