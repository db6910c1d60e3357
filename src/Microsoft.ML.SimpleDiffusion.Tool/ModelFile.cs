using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Tool;

/// <summary>A model read from a file, and everything that has to be disposed of with it.</summary>
internal sealed class ModelFile : IDisposable
{
    private readonly ITransformer _loaded;

    private ModelFile(ITransformer loaded, SimpleDiffusionTransformer model)
    {
        _loaded = loaded;
        Model = model;
    }

    /// <summary>The diffusion model, or the last one of a pipeline.</summary>
    public SimpleDiffusionTransformer Model { get; }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no model, or one without a diffusion model in it.</exception>
    public static ModelFile Load(MLContext context, FileInfo file)
    {
        if (!file.Exists)
        {
            throw new FileNotFoundException($"There is no model '{file.FullName}'.", file.FullName);
        }

        var loaded = Read(context, file);
        if (Parts(loaded).OfType<SimpleDiffusionTransformer>().LastOrDefault() is { } model)
        {
            return new ModelFile(loaded, model);
        }

        (loaded as IDisposable)?.Dispose();
        throw new InvalidDataException($"'{file.FullName}' is a model of ML.NET, but there is no simple diffusion model in it.");
    }

    public void Dispose() => (_loaded as IDisposable)?.Dispose();

    private static ITransformer Read(MLContext context, FileInfo file)
    {
        // ML.NET finds the types of a model by the assemblies that are loaded.
        context.ComponentCatalog.RegisterAssembly(typeof(SimpleDiffusionTransformer).Assembly);
        try
        {
            return context.Model.Load(file.FullName, out _);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or InvalidDataException or ArgumentException)
        {
            throw new InvalidDataException($"'{file.FullName}' cannot be read as a model of ML.NET: {e.Message}", e);
        }
    }

    private static IEnumerable<ITransformer> Parts(ITransformer transformer)
        => transformer is TransformerChain<ITransformer> chain ? chain.SelectMany(Parts) : [transformer];
}
