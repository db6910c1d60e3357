using System.Text;
using Markdig;
using Markdig.Syntax;

namespace Microsoft.ML.SimpleDiffusion.Docs.Tests;

/// <summary>
/// The C# of a page as one program. What a reader has before the page begins stands in a comment, <c>&lt;!-- setup … --&gt;</c>; numbers that would take hours are
/// replaced as <c>&lt;!-- small: 10_000 => 2 --&gt;</c> says, one to a line; a block after <c>&lt;!-- not run: why --&gt;</c> is compiled as a method that nobody calls, and one after <c>&lt;!-- not compiled: why --&gt;</c> is left out.
/// </summary>
internal sealed class PageProgram
{
    private const string Setup = "<!-- setup";
    private const string Small = "<!-- small:";
    private const string NotRun = "<!-- not run:";
    private const string NotCompiled = "<!-- not compiled:";
    private const string End = "-->";

    private readonly List<string> _usings = [];
    private readonly StringBuilder _code = new();
    private readonly StringBuilder _types = new();
    private int _notRun;

    private PageProgram(string page) => Page = page;

    public string Page { get; }

    /// <summary>Code blocks on the page.</summary>
    public int Blocks { get; private set; }

    /// <summary>Usings, statements, and types last, as C# wants them.</summary>
    public string Source => string.Join('\n', _usings.Distinct()) + "\n" + _code + _types;

    public static PageProgram Read(string path)
    {
        var program = new PageProgram(Path.GetFileName(path));
        var replacements = new List<(string From, string To)>();
        string? comment = null;
        foreach (var block in Markdown.Parse(File.ReadAllText(path)).Descendants<LeafBlock>())
        {
            string text = block.Lines.ToString();
            if (block is HtmlBlock)
            {
                comment = text.TrimStart();
                replacements.AddRange(Replacements(comment));
                program.Add(After(comment, Setup) ?? string.Empty);
            }
            else if (block is FencedCodeBlock { Info: "csharp" } fenced)
            {
                if (comment is not null && After(comment, NotCompiled) is not null)
                {
                    comment = null;
                    continue;
                }

                program.Blocks++;
                string small = replacements.Aggregate(text, (code, pair) => code.Replace(pair.From, pair.To, StringComparison.Ordinal));
                bool isRun = comment is null || After(comment, NotRun) is null;
                program.Add($"#line {fenced.Line + 2} \"{program.Page}\"\n{small}", isRun);
                comment = null;
            }
        }

        return program;
    }

    private static IEnumerable<(string From, string To)> Replacements(string comment) => (After(comment, Small) ?? string.Empty)
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split("=>", StringSplitOptions.TrimEntries))
        .Select(pair => (pair[0], pair[1]));

    private static string? After(string comment, string mark)
        => comment.StartsWith(mark, StringComparison.Ordinal) ? comment[mark.Length..comment.IndexOf(End, StringComparison.Ordinal)] : null;

    private void Add(string code, bool isRun = true)
    {
        var statements = new StringBuilder();
        bool isType = false;
        foreach (string line in code.Split('\n'))
        {
            if (line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('=', StringComparison.Ordinal))
            {
                _usings.Add(line);
                continue;
            }

            isType |= line.StartsWith("public ", StringComparison.Ordinal) || line.StartsWith("class ", StringComparison.Ordinal) || line.StartsWith("sealed class ", StringComparison.Ordinal);
            (isType ? _types : statements).Append(line).Append('\n');
            isType &= line != "}" && !(line.StartsWith("class ", StringComparison.Ordinal) && line.EndsWith('}'));
        }

        _code.Append(isRun ? statements.ToString() : $"async Task NotRun{_notRun++}()\n{{\nawait Task.CompletedTask;\n{statements}}}\n");
    }
}
