using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

/// <summary>The options of a model as a flat list.</summary>
internal static class OptionList
{
    private static readonly JsonSerializerOptions Settings = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>All options that a model stores; those that differ from the defaults first.</summary>
    public static IReadOnlyList<OptionRow> Of(SimpleDiffusionOptions options)
    {
        var defaults = new SimpleDiffusionOptions();
        return OptionPath.All
            .Where(path => path.IsStored)
            .Select(path => new OptionRow(path.Name, Text(path.Get(options)), Text(path.Get(defaults))))
            .OrderBy(row => row.IsDefault)
            .ToList();
    }

    private static string Text(object? value) => value switch
    {
        null => "not set",
        int[] list => string.Join(", ", list),
        string text => text,
        _ => JsonSerializer.Serialize(value, Settings).Trim('"'),
    };
}
