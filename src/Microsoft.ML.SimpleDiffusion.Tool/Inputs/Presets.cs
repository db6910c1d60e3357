using System.Reflection;

namespace Microsoft.ML.SimpleDiffusion.Tool.Inputs;

/// <summary>The library's presets by name.</summary>
internal static class Presets
{
    private static readonly MethodInfo[] Methods = [.. typeof(SimpleDiffusionPresets)
        .GetMethods(BindingFlags.Public | BindingFlags.Static)
        .Where(method => method.ReturnType == typeof(SimpleDiffusionOptions) && method.GetParameters().Length == 0)];

    public static string[] Names { get; } = [.. Methods.Select(method => method.Name)];

    public static SimpleDiffusionOptions Create(string name) => Methods.Single(method => method.Name == name).CreateDelegate<Func<SimpleDiffusionOptions>>()();
}
