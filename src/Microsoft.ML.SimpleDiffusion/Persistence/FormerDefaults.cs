using System.Text.Json.Serialization.Metadata;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>What holds for files that say nothing about an option, since it did not exist when they were written.</summary>
internal static class FormerDefaults
{
    /// <summary>Norms of feature maps with one channel in a group.</summary>
    private const int ChannelsPerGroup = 1;

    /// <summary>Sets such options before the members of the file are read.</summary>
    public static void Apply(JsonTypeInfo type)
    {
        if (type.Type == typeof(NetworkOptions))
        {
            type.OnDeserializing = options => ((NetworkOptions)options).ChannelsPerGroup = ChannelsPerGroup;
        }
    }
}
