using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Values of options as text.</summary>
internal static class OptionValue
{
    private static readonly JsonSerializerOptions Settings = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The value exactly, as it stands in JSON but without quotes: <c>0.001</c>, <c>UVit</c>, <c>[1,2]</c>, <c>null</c>.</summary>
    public static string Text(object? value) => JsonSerializer.Serialize(value, Settings).Trim('"');

    /// <summary>The value as files have it, which stays the same when a member of an enumeration comes to mean something else.</summary>
    public static string Stored(object? value) => value is LossType loss ? LossTypeConverter.NameOf(loss) : Text(value);

    /// <summary>The value for people: numbers with four digits.</summary>
    public static string Short(object? value) => value is float or double ? Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("G4", CultureInfo.InvariantCulture) : Text(value);

    /// <summary>The name of a type as it is written in C#.</summary>
    public static string Describe(this Type type)
        => Nullable.GetUnderlyingType(type) is Type inner ? Describe(inner) + "?"
            : type == typeof(int) ? "int"
            : type == typeof(float) ? "float"
            : type == typeof(double) ? "double"
            : type == typeof(bool) ? "bool"
            : type == typeof(int[]) ? "int[]"
            : type.Name;
}
