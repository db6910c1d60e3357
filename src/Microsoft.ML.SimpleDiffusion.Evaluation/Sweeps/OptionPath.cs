using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>An option of <see cref="SimpleDiffusionOptions"/> or of an object below it, such as <c>Training.LearningRate</c>.</summary>
internal sealed class OptionPath
{
    private readonly PropertyInfo? _group;
    private readonly PropertyInfo _option;

    public OptionPath(PropertyInfo? group, PropertyInfo option)
    {
        _group = group;
        _option = option;
        Name = group is null ? option.Name : $"{group.Name}.{option.Name}";
    }

    public string Name { get; }

    /// <summary>Type of the values, without the question mark.</summary>
    public Type ValueType => Nullable.GetUnderlyingType(_option.PropertyType) ?? _option.PropertyType;

    public bool IsWholeNumber => ValueType == typeof(int);

    public bool IsNumber => ValueType == typeof(int) || ValueType == typeof(float) || ValueType == typeof(double);

    /// <summary>Whether null is a value: it lets the library choose.</summary>
    public bool TakesNull => Nullable.GetUnderlyingType(_option.PropertyType) is not null || ValueType.IsArray;

    /// <summary>Names of columns and folders, progress and the like are no options to look for better ones of.</summary>
    public bool CanVary => IsNumber || ValueType == typeof(bool) || ValueType.IsEnum || ValueType == typeof(int[]);

    public static OptionPath? Find(string name) => All().FirstOrDefault(path => path.Name == name);

    /// <summary>All options, in the order in which they are declared.</summary>
    public static IEnumerable<OptionPath> All() => Properties(typeof(SimpleDiffusionOptions)).SelectMany(property =>
        IsGroup(property) ? Properties(property.PropertyType).Select(option => new OptionPath(property, option)) : [new OptionPath(null, property)]);

    public TAttribute? Attribute<TAttribute>()
        where TAttribute : Attribute
        => _option.GetCustomAttribute<TAttribute>();

    public object? Get(SimpleDiffusionOptions options) => _option.GetValue(Owner(options));

    public void Set(SimpleDiffusionOptions options, object? value) => _option.SetValue(Owner(options), value);

    /// <summary>The value as the option's own type: numbers as its kind of number, names as members of its enumeration.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The option cannot take it.</exception>
    public object? Convert(object? value)
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
            nameof(SweepOptions.Parameters), value, $"The option {Name} takes values of type {_option.PropertyType.Describe()}, not {OptionValue.Text(value)}.");
    }

    /// <summary>0.1f means 0.1, not 0.10000000149.</summary>
    private static double ShortestDouble(float value) => double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static PropertyInfo[] Properties(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static bool IsGroup(PropertyInfo property) => property.PropertyType.Namespace == typeof(SimpleDiffusionOptions).Namespace && property.PropertyType.IsClass;

    private object Owner(SimpleDiffusionOptions options) => _group is null ? options : _group.GetValue(options)!;
}
