using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Generates images.</summary>
public sealed class SimpleDiffusionTransformer : ITransformer, IDisposable
{
    /// <summary>A copy of the options, with every number that was chosen automatically filled in.</summary>
    public SimpleDiffusionOptions Options => throw new NotImplementedException();

    /// <summary>Number of trained parameters.</summary>
    public long ParameterCount => throw new NotImplementedException();

    /// <summary>A transformer with other sampling options that shares this one's weights.</summary>
    public SimpleDiffusionTransformer WithSampling(SamplingOptions sampling) => throw new NotImplementedException();

    /// <summary>Writes config.json and model.safetensors into a folder.</summary>
    public void SaveAsSafetensors(string directory) => throw new NotImplementedException();

    /// <summary>Reads what <see cref="SaveAsSafetensors"/> wrote.</summary>
    public static SimpleDiffusionTransformer LoadFromSafetensors(MLContext context, string directory) => throw new NotImplementedException();

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => throw new NotImplementedException();

    /// <inheritdoc/>
    public IDataView Transform(IDataView input) => throw new NotImplementedException();

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotImplementedException();

    void ICanSaveModel.Save(ModelSaveContext ctx) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
