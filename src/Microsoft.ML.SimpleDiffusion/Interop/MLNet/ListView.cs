using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Interop.MLNet;

/// <summary>Views of lists, which ML.NET keeps to itself: unlike those of enumerables they can be shuffled and read from several threads, and know their length.</summary>
internal static class ListView
{
    /// <param name="catalog">The catalog, <c>mlContext.Data</c>.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="schema">What becomes of their properties.</param>
    public static IDataView Create<TRow>(DataOperationsCatalog catalog, IList<TRow> rows, SchemaDefinition schema)
        where TRow : class
        => DataViewConstructionUtils.CreateFromList(CatalogUtils.GetEnvironment(catalog), rows, schema);
}
