using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>The options of a model as a flat list.</summary>
internal static class OptionList
{
    private static readonly JsonSerializerOptions Settings = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>All options that a model stores; those that differ from the defaults first.</summary>
    public static IReadOnlyList<OptionRow> Of(SimpleDiffusionOptions options)
    {
        var defaults = Flatten(new SimpleDiffusionOptions()).ToDictionary();
        return Flatten(options)
            .Select(option => new OptionRow(option.Key, option.Value, defaults[option.Key]))
            .OrderBy(row => row.IsDefault)
            .ToList();
    }

    private static IEnumerable<KeyValuePair<string, string>> Flatten(SimpleDiffusionOptions options)
        => Flatten(prefix: string.Empty, JsonSerializer.SerializeToNode(options, Settings)!.AsObject());

    private static IEnumerable<KeyValuePair<string, string>> Flatten(string prefix, JsonObject node)
        => node.SelectMany(member => member.Value is JsonObject group
            ? Flatten($"{prefix}{member.Key}.", group)
            : [KeyValuePair.Create(prefix + member.Key, Text(member.Value))]);

    private static string Text(JsonNode? value) => value switch
    {
        null => "not set",
        JsonArray list => string.Join(", ", list.Select(Text)),
        _ => value.ToString(),
    };
}
