using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>An option of <see cref="SimpleDiffusionOptions"/> or of an object below it, such as <c>Training.LearningRate</c>, and what it says of itself.</summary>
internal sealed class OptionPath
{
    private static readonly OptionPath[] AllPaths = [.. Properties(typeof(SimpleDiffusionOptions), [])];

    private readonly PropertyInfo[] _properties;
    private readonly PropertyInfo _option;

    private OptionPath(PropertyInfo[] properties)
    {
        _properties = properties;
        _option = properties[^1];
        Name = string.Join('.', properties.Select(property => property.Name));
    }

    /// <summary>All options, in the order in which they are declared.</summary>
    public static IReadOnlyList<OptionPath> All => AllPaths;

    public string Name { get; }

    /// <summary>Its place in a stored configuration, such as <c>training.learningRate</c>.</summary>
    public string JsonName => string.Join('.', _properties.Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)));

    /// <summary>Type of the values, without the question mark.</summary>
    public Type ValueType => Nullable.GetUnderlyingType(_option.PropertyType) ?? _option.PropertyType;

    public bool IsWholeNumber => ValueType == typeof(int);

    public bool IsNumber => ValueType == typeof(int) || ValueType == typeof(float) || ValueType == typeof(double);

    /// <summary>Whether null is a value: it lets the library choose.</summary>
    public bool TakesNull => Nullable.GetUnderlyingType(_option.PropertyType) is not null || ValueType.IsArray;

    /// <summary>Whether there may be better values to look for: not of names of columns and folders, progress and the like, nor of what a sweep sets itself.</summary>
    public bool CanVary => (IsNumber || ValueType == typeof(bool) || ValueType.IsEnum || ValueType == typeof(int[])) && !Has<NotSweptAttribute>();

    /// <summary>Whether a run that goes on may have another value.</summary>
    public bool MayChange => Has<MayChangeAttribute>() || IsMachineOnly;

    /// <summary>Whether it belongs to the machine at hand, and is never stored.</summary>
    public bool IsMachineOnly => Has<MachineOnlyAttribute>();

    /// <summary>Whether it lies below an object of options below another: options of the text encoder, which models without text do not have.</summary>
    public bool IsNested => _properties.Length > 2;

    /// <summary>Whether a model stores it.</summary>
    public bool IsStored => !IsMachineOnly && !Has<JsonIgnoreAttribute>();

    /// <summary>Why the validation loss cannot compare models that differ in it, or null if it can.</summary>
    public string? ObstacleToLoss => _properties.Select(property => property.GetCustomAttribute<NotComparedByLossAttribute>()?.Reason).FirstOrDefault(reason => reason is not null);

    public static OptionPath? Find(string name) => AllPaths.FirstOrDefault(path => path.Name == name);

    public TAttribute? Attribute<TAttribute>()
        where TAttribute : Attribute
        => _option.GetCustomAttribute<TAttribute>();

    public object? Get(SimpleDiffusionOptions options) => _option.GetValue(Owner(options));

    public void Set(SimpleDiffusionOptions options, object? value) => _option.SetValue(Owner(options), value);

    /// <summary>The option that decides whether this one has an effect, or null if it always has.</summary>
    public OptionPath? DependsOn => (Attribute<CountsWhereAttribute>()?.Option ?? Attribute<CountsUnlessAttribute>()?.Option) is string other ? Find(other) : null;

    /// <summary>Where it has an effect, or null if it has one with these options.</summary>
    public string? ObstacleToEffect(SimpleDiffusionOptions options)
    {
        if (Attribute<CountsWhereAttribute>() is { } where && !where.Values.Contains(Find(where.Option)!.Get(options)))
        {
            return $"where {where.Option} is {string.Join(" or ", where.Values.Select(OptionValue.Text))}";
        }

        return Attribute<CountsUnlessAttribute>() is { } unless && Equals(unless.Value, Find(unless.Option)!.Get(options))
            ? $"where {unless.Option} is not {OptionValue.Text(unless.Value)}"
            : null;
    }

    /// <summary>The value as the option's own type: numbers as its kind of number, names as members of its enumeration.</summary>
    /// <param name="value">The value.</param>
    /// <param name="source">Parameter that it came from, for the error.</param>
    /// <exception cref="ArgumentOutOfRangeException">The option cannot take it.</exception>
    public object? Convert(object? value, string source)
    {
        if (value is null ? TakesNull : ValueType.IsInstanceOfType(value))
        {
            return value;
        }

        if (ValueType.IsEnum && value is string name && Enum.TryParse(ValueType, name, out object? member))
        {
            return member;
        }

        if (IsNumber && value is int or float or double)
        {
            double number = value is float single ? ShortestDouble(single) : System.Convert.ToDouble(value, CultureInfo.InvariantCulture);
            if (!IsWholeNumber || (number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue))
            {
                return System.Convert.ChangeType(number, ValueType, CultureInfo.InvariantCulture);
            }
        }

        throw new ArgumentOutOfRangeException(
            source, value, $"The option {Name} takes values of type {_option.PropertyType.Describe()}, not {OptionValue.Text(value)}.");
    }

    /// <summary>0.1f means 0.1, not 0.10000000149.</summary>
    private static double ShortestDouble(float value) => double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static IEnumerable<OptionPath> Properties(Type type, PropertyInfo[] groups)
        => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .SelectMany(property => IsGroup(property) ? Properties(property.PropertyType, [.. groups, property]) : [new OptionPath([.. groups, property])]);

    private static bool IsGroup(PropertyInfo property) => property.PropertyType.Namespace == typeof(SimpleDiffusionOptions).Namespace && property.PropertyType.IsClass;

    private bool Has<TAttribute>()
        where TAttribute : Attribute
        => _properties.Any(property => property.IsDefined(typeof(TAttribute)));

    private object Owner(SimpleDiffusionOptions options) => _properties.SkipLast(1).Aggregate((object)options, (owner, group) => group.GetValue(owner)!);
}
