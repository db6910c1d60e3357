namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Trains a diffusion model.</summary>
public sealed class SimpleDiffusionEstimator : IEstimator<SimpleDiffusionTransformer>
{
    /// <summary>Trains.</summary>
    public SimpleDiffusionTransformer Fit(IDataView input) => throw new NotImplementedException();

    /// <summary>Trains on from a model.</summary>
    public SimpleDiffusionTransformer Fit(IDataView input, SimpleDiffusionTransformer warmStart) => throw new NotImplementedException();

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => throw new NotImplementedException();
}
