using System.Text;

namespace Microsoft.ML.SimpleDiffusion.GpuCheck;

/// <summary>Markdown, which is printed as it comes.</summary>
internal sealed class Report
{
    private readonly StringBuilder _text = new();

    public void Heading(string text) => Write($"\n### {text}\n");

    public void Text(string text) => Write($"\n{text}\n");

    public void TableHead(params string[] columns) => Write($"\n{Row(columns)}\n{Row(Array.ConvertAll(columns, _ => "---"))}");

    public void TableRow(params string[] cells) => Write(Row(cells));

    public override string ToString() => _text.ToString();

    private static string Row(string[] cells) => $"| {string.Join(" | ", cells)} |";

    private void Write(string line)
    {
        Console.WriteLine(line);
        _text.Append(line).Append('\n');
    }
}
