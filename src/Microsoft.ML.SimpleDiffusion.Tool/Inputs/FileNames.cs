namespace Microsoft.ML.SimpleDiffusion.Tool.Inputs;

/// <summary>Labels and prompts as names of files.</summary>
internal static class FileNames
{
    private const int MaxLength = 40;

    /// <summary>The text with nothing but letters, digits, '-' and '_' in it, which all systems take.</summary>
    public static string Of(string text)
    {
        string name = string.Concat(text.Take(MaxLength).Select(c => char.IsLetterOrDigit(c) && !char.IsSurrogate(c) || c is '-' or '_' ? c : '-')).Trim('-');
        return name.Length > 0 ? name : "image";
    }
}
