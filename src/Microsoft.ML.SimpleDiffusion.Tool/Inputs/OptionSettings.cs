using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimpleDiffusion.Tool.Commands;

namespace Microsoft.ML.SimpleDiffusion.Tool.Inputs;

/// <summary>Options by their paths, from the command line and from files.</summary>
internal static class OptionSettings
{
    private const int MaxFileLength = 1 << 20;

    private static readonly JsonDocumentOptions Json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 8 };

    /// <summary>Sets what a text such as <c>Training.Steps=1000</c> says.</summary>
    /// <exception cref="UsageException">There is no such option, or it cannot have this value.</exception>
    public static void Set(SimpleDiffusionOptions options, string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new UsageException($"'{assignment}' sets nothing: write an option and its value, such as Training.Steps=1000.");
        }

        var path = Find(assignment[..equals].Trim());
        string text = assignment[(equals + 1)..].Trim();
        path.Set(options, Parse(path, text));
    }

    /// <summary>A value of an option from text.</summary>
    /// <exception cref="UsageException">The option cannot have it.</exception>
    public static object? Parse(OptionPath path, string text) => Convert(path, () => ParseAs(path, text), text);

    /// <summary>Sets what a file in JSON says: objects for groups of options, such as <c>{ "Training": { "Steps": 1000 } }</c>.</summary>
    /// <exception cref="UsageException">It cannot be read, or says something that cannot be.</exception>
    public static void SetFromFile(SimpleDiffusionOptions options, FileInfo file)
    {
        try
        {
            using var json = JsonDocument.Parse(Persistence.Files.ReadAll(file.FullName, MaxFileLength), Json);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new UsageException($"'{file}' is no object of options, such as {{ \"Training\": {{ \"Steps\": 1000 }} }}.");
            }

            SetAll(options, json.RootElement, prefix: string.Empty);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{file}' cannot be read as a file of options: {e.Message}");
        }
    }

    /// <summary>The option of a name, however its letters are written.</summary>
    /// <exception cref="UsageException">There is none; the message names those that may be meant.</exception>
    public static OptionPath Find(string name)
    {
        var settable = OptionPath.All.Where(IsSettable).ToList();
        return settable.Find(path => path.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw Unknown(name, settable);
    }

    private static void SetAll(SimpleDiffusionOptions options, JsonElement group, string prefix)
    {
        foreach (var member in group.EnumerateObject())
        {
            string name = prefix + member.Name;
            if (member.Value.ValueKind == JsonValueKind.Object)
            {
                SetAll(options, member.Value, name + ".");
                continue;
            }

            var path = Find(name);
            path.Set(options, Convert(path, () => Read(member.Value), member.Value.GetRawText()));
        }
    }

    private static object? Convert(OptionPath path, Func<object?> value, string text)
    {
        try
        {
            return path.Convert(Member(path, value()), path.Name);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            throw new UsageException($"{path.Name} cannot be '{text}': it is {Kind(path)}.");
        }
    }

    /// <summary>A member of an enumeration by its name, however its letters are written; other values as they are.</summary>
    private static object? Member(OptionPath path, object? value)
        => path.ValueType.IsEnum && value is string name
            ? Enum.GetNames(path.ValueType).FirstOrDefault(member => member.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new FormatException(name)
            : value;

    private static object? ParseAs(OptionPath path, string text)
    {
        var culture = CultureInfo.InvariantCulture;
        return text is "null" or "auto" && path.TakesNull ? null
            : path.IsWholeNumber ? int.Parse(text, NumberStyles.Integer, culture)
            : path.IsNumber ? double.Parse(text, NumberStyles.Float, culture)
            : path.ValueType == typeof(bool) ? bool.Parse(text)
            : path.ValueType == typeof(int[]) ? text.Trim('[', ']').Split(',').Select(item => int.Parse(item, NumberStyles.Integer, culture)).ToArray()
            : text;
    }

    private static object? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String => value.GetString(),
        _ => value.EnumerateArray().Select(item => item.GetInt32()).ToArray(),
    };

    /// <summary>Not names of columns, which the program gives itself, and nothing that only a program can give.</summary>
    private static bool IsSettable(OptionPath path)
        => path.IsNumber || path.ValueType == typeof(bool) || path.ValueType.IsEnum || path.ValueType == typeof(int[])
            || (path.ValueType == typeof(string) && !path.Name.EndsWith("ColumnName", StringComparison.Ordinal));

    private static UsageException Unknown(string name, IReadOnlyList<OptionPath> settable)
    {
        string last = name[(name.LastIndexOf('.') + 1)..], group = name[..(name.LastIndexOf('.') + 1)];
        string[] near = [.. settable.Where(path => Last(path).Contains(last, StringComparison.OrdinalIgnoreCase) || last.Contains(Last(path), StringComparison.OrdinalIgnoreCase)).Select(path => path.Name)];
        string[] meant = near.Length > 0 ? near : [.. settable.Where(path => path.Name.StartsWith(group, StringComparison.OrdinalIgnoreCase)).Select(path => path.Name)];
        return new UsageException($"There is no option '{name}'. {(near.Length > 0 ? "Is it" : "There are")} {string.Join(", ", meant.Length > 0 ? meant : settable.Select(path => path.Name))}{(near.Length > 0 ? "?" : ".")}");
    }

    private static string Last(OptionPath path) => path.Name[(path.Name.LastIndexOf('.') + 1)..];

    private static string Kind(OptionPath path)
    {
        string kind = path.IsWholeNumber ? "a whole number"
            : path.IsNumber ? "a number"
            : path.ValueType == typeof(bool) ? "true or false"
            : path.ValueType == typeof(int[]) ? "a list of whole numbers such as 1,2,4"
            : path.ValueType.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(path.ValueType))}"
            : "a text";
        return path.TakesNull ? $"{kind}, or auto" : kind;
    }
}
