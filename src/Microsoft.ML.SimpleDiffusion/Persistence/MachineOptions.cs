using System.Text.Json.Serialization.Metadata;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>Keeps out of files what belongs to the machine at hand.</summary>
internal static class MachineOptions
{
    /// <summary>
    /// A modifier of a JSON contract: options of the machine are not written, and where a file has them, as those of earlier versions do, they are read and not obeyed.
    /// </summary>
    public static void LeaveOut(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => property.AttributeProvider?.IsDefined(typeof(MachineOnlyAttribute), inherit: true) == true))
        {
            property.ShouldSerialize = (_, _) => false;
            property.Set = (_, _) => { };
        }
    }
}
