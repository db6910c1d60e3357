using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>The options that the model stores: those that differ from the defaults, and the others folded away.</summary>
internal static class OptionsSection
{
    public static Html Render(IReadOnlyList<OptionRow> options)
    {
        var changed = options.Where(option => !option.IsDefault).ToList();
        var others = options.Where(option => option.IsDefault).ToList();
        return Pieces.Section("options", "Options", Html.Of($"""
            <p>As stored in the model, with every number that was chosen automatically filled in.</p>
            {Pieces.Table("Options that differ from the defaults", ["option", "value", "default"], changed.Select(option => new[] { Code(option.Name), Pieces.Text(option.Value), Pieces.Text(option.Default) }))}
            <details>
            <summary>{others.Count} options at their defaults</summary>
            {Pieces.Table("Options at their defaults", ["option", "value"], others.Select(option => new[] { Code(option.Name), Pieces.Text(option.Value) }))}
            </details>
            """));
    }

    private static Html Code(string name) => Html.Of($"<code>{name}</code>");
}
