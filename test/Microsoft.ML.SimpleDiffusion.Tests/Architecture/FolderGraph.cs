namespace Microsoft.ML.SimpleDiffusion.Tests.Architecture;

/// <summary>Which source folder of a project uses which, and through which types.</summary>
internal sealed class FolderGraph
{
    private readonly Dictionary<(string From, string To), SortedSet<string>> _arrows = [];

    /// <param name="assemblyPath">The assembly, with its portable PDB beside it.</param>
    /// <param name="project">Name of the project's folder.</param>
    public FolderGraph(string assemblyPath, string project)
    {
        var folders = SourceFolders.Of(assemblyPath, project).Where(type => type.Value.Count > 0).ToDictionary(type => type.Key, type => Path.GetDirectoryName(type.Value.First())!);
        foreach (var (type, used) in TypeReferences.Of(assemblyPath))
        {
            foreach (string target in used)
            {
                if (folders.TryGetValue(type, out string? from) && folders.TryGetValue(target, out string? to) && from != to)
                {
                    if (!_arrows.TryGetValue((from, to), out var pairs))
                    {
                        _arrows[(from, to)] = pairs = [];
                    }

                    pairs.Add($"{Simple(type)} -> {Simple(target)}");
                }
            }
        }
    }

    /// <summary>Each arrow between two folders, and the types that make it, as <c>User -> Used</c>.</summary>
    public IEnumerable<(string From, string To, IReadOnlyCollection<string> Types)> Arrows => _arrows.Select(arrow => (arrow.Key.From, arrow.Key.To, (IReadOnlyCollection<string>)arrow.Value));

    /// <summary>A circle of folders that use each other, as text, or null if there is none.</summary>
    /// <param name="leftOut">Arrows that do not count.</param>
    public string? FindCircle(Func<string, bool> leftOut)
    {
        var uses = _arrows.Where(arrow => !arrow.Value.All(leftOut)).Select(arrow => arrow.Key).ToLookup(arrow => arrow.From, arrow => arrow.To);
        var done = new HashSet<string>();
        return uses.Select(group => group.Key).Order(StringComparer.Ordinal).Select(folder => Visit(folder, [])).FirstOrDefault(circle => circle is not null);

        string? Visit(string folder, List<string> way)
        {
            int start = way.IndexOf(folder);
            if (start >= 0)
            {
                var circle = way.Skip(start).Append(folder).ToList();
                return string.Join("; ", circle.Zip(circle.Skip(1), (from, to) => $"'{from}' -> '{to}' ({string.Join(", ", _arrows[(from, to)].Where(pair => !leftOut(pair)).Take(3))})"));
            }

            if (!done.Add(folder) && !way.Contains(folder))
            {
                return null;
            }

            List<string> further = [.. way, folder];
            return uses[folder].Order(StringComparer.Ordinal).Select(to => Visit(to, further)).FirstOrDefault(circle => circle is not null);
        }
    }

    private static string Simple(string type) => type.Split('.')[^1].Split('`')[0];
}
