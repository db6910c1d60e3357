namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Valid files that the tests of other projects keep.</summary>
internal static class Fixture
{
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "FuzzFixtures", name));
}
