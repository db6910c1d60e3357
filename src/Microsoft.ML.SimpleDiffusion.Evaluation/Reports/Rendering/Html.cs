using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;

/// <summary>
/// A piece of HTML. Values put into one are encoded unless they are HTML themselves, so that no label, name or message can be forgotten.
/// </summary>
/// <param name="Text">The markup.</param>
internal sealed record Html(string Text)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static Html Empty { get; } = new(string.Empty);

    /// <summary>Fills in a template.</summary>
    /// <param name="template">Markup with holes. Numbers are written in the invariant culture.</param>
    public static Html Of(FormattableString template) => new(template.ToString(EncodingFormat.Instance));

    public static Html Join(IEnumerable<Html> parts) => new(string.Join('\n', parts.Select(part => part.Text)));

    public override string ToString() => Text;

    private sealed class EncodingFormat : IFormatProvider, ICustomFormatter
    {
        public static readonly EncodingFormat Instance = new();

        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            Html html => html.Text,
            IFormattable value => Encoder.Encode(value.ToString(format, CultureInfo.InvariantCulture)),
            _ => Encoder.Encode(arg?.ToString() ?? string.Empty),
        };
    }
}
