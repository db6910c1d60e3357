namespace Microsoft.ML.SimpleDiffusion.Tests.Architecture;

[TestClass]
public class ArchitectureTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Show()
    {
        string path = typeof(SimpleDiffusionOptions).Assembly.Location;
        var files = SourceFolders.Of(path, "Microsoft.ML.SimpleDiffusion");
        var arrows = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (type, used) in TypeReferences.Of(path))
        {
            foreach (string target in used)
            {
                if (files.TryGetValue(type, out var from) && files.TryGetValue(target, out var to) && from.Count > 0 && to.Count > 0)
                {
                    string a = Path.GetDirectoryName(from.First())!, b = Path.GetDirectoryName(to.First())!;
                    if (a != b)
                    {
                        string key = $"{(a.Length == 0 ? "(root)" : a)} -> {(b.Length == 0 ? "(root)" : b)}";
                        if (!arrows.TryGetValue(key, out var list)) { arrows[key] = list = []; }
                        list.Add($"{type.Split('.')[^1]}>{target.Split('.')[^1]}");
                    }
                }
            }
        }

        foreach (var (arrow, list) in arrows)
        {
            TestContext.WriteLine($"{arrow}: {list.Count}: {string.Join(", ", list.Take(6))}");
        }
    }
}
