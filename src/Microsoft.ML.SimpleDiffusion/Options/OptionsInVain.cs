namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Finds options that have been set but have no effect: no mistake that stops anything, since sweeps and loaded models have such, but one worth a word.</summary>
internal static class OptionsInVain
{
    /// <summary>A sentence for each.</summary>
    public static IEnumerable<string> Find(SimpleDiffusionOptions options)
    {
        var defaults = new SimpleDiffusionOptions();
        return from path in OptionPath.All
               where !Equals(path.Get(options), path.Get(defaults))
               let obstacle = path.ObstacleToEffect(options)
               where obstacle is not null
               select $"The option {path.Name} is {OptionValue.Text(path.Get(options))}, which has no effect: it counts only {obstacle}.";
    }
}
