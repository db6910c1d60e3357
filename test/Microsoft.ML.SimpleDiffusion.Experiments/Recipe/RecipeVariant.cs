using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Recipe;

/// <summary>Options that are compared with others.</summary>
/// <param name="Name">What tables call them.</param>
/// <param name="Options">All of them.</param>
internal sealed record RecipeVariant(string Name, SimpleDiffusionOptions Options)
{
    /// <summary>Options that differ from others in what a text says: <c>muon: Training.Optimizer=Muon; Training.Steps=500</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="basis">What they differ from; left as it is.</param>
    /// <exception cref="ArgumentException">The text has another form, or names an option that does not exist.</exception>
    public static RecipeVariant Parse(string text, SimpleDiffusionOptions basis)
    {
        string[] parts = text.Split(':', 2, StringSplitOptions.TrimEntries);
        var options = basis.Clone();
        foreach (string setting in parts[^1].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(_ => parts.Length == 2))
        {
            string[] sides = setting.Split('=', 2, StringSplitOptions.TrimEntries);
            var path = sides.Length == 2 ? OptionPath.Find(sides[0]) : null;
            if (path is null)
            {
                throw new ArgumentException($"'{setting}' does not set an option: write Training.Steps=500.");
            }

            path.Set(options, path.Convert(Value(sides[1]), text));
        }

        return new RecipeVariant(parts[0], options);
    }

    private static object? Value(string text)
        => text == "null" ? null : bool.TryParse(text, out bool flag) ? flag : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : text;
}
