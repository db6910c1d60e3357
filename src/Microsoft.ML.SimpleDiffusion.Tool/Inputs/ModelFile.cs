using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Tool.Inputs;

/// <summary>A model read from a file or folder, and everything that has to be disposed of with it.</summary>
internal sealed class ModelFile : IDisposable
{
    private readonly ITransformer _loaded;

    private ModelFile(ITransformer loaded, SimpleDiffusionTransformer model) => (_loaded, Model) = (loaded, model);

    /// <summary>The diffusion model, or the last one of a pipeline.</summary>
    public SimpleDiffusionTransformer Model { get; }

    /// <param name="context">The context.</param>
    /// <param name="path">A model.zip, or a folder with config.json and model.safetensors.</param>
    /// <param name="compute">Where and how to compute.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no model, or one without a diffusion model in it.</exception>
    public static ModelFile Load(MLContext context, FileSystemInfo path, ComputeOptions compute)
    {
        if (Directory.Exists(path.FullName))
        {
            var model = SimpleDiffusionTransformer.LoadFromSafetensors(context, path.FullName, compute);
            return new ModelFile(model, model);
        }

        if (!File.Exists(path.FullName))
        {
            throw new FileNotFoundException($"There is no model '{path.FullName}'.", path.FullName);
        }

        var loaded = Read(context, path.FullName, compute);
        if (Parts(loaded).OfType<SimpleDiffusionTransformer>().LastOrDefault() is { } last)
        {
            return new ModelFile(loaded, last);
        }

        (loaded as IDisposable)?.Dispose();
        throw new InvalidDataException($"'{path.FullName}' is a model of ML.NET, but there is no simple diffusion model in it.");
    }

    public void Dispose() => (_loaded as IDisposable)?.Dispose();

    private static ITransformer Read(MLContext context, string path, ComputeOptions compute)
    {
        // ML.NET finds the types of a model by the assemblies that are loaded.
        context.ComponentCatalog.RegisterAssembly(typeof(SimpleDiffusionTransformer).Assembly);
        try
        {
            return context.Model.LoadChecked(path, out _, compute: compute);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or InvalidDataException or ArgumentException)
        {
            throw new InvalidDataException($"'{path}' cannot be read as a model of ML.NET: {e.Message}", e);
        }
    }

    private static IEnumerable<ITransformer> Parts(ITransformer transformer)
        => transformer is TransformerChain<ITransformer> chain ? chain.SelectMany(Parts) : [transformer];
}
