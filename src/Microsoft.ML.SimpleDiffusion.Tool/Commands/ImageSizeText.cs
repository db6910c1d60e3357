using System.CommandLine.Parsing;
using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>The size of images on a command line: <c>64</c>, or <c>48x64</c> for height and width.</summary>
internal sealed record ImageSizeText(int Height, int Width)
{
    public static ImageSizeText? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        int[] sides = [.. text.Split('x').Select(side => int.TryParse(side, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0)];
        if (sides.Length is 1 or 2 && sides.All(side => side > 0))
        {
            return new ImageSizeText(sides[0], sides[^1]);
        }

        result.AddError($"'{text}' is no size of images: write one side, such as 64, or height and width, such as 48x64.");
        return null;
    }
}
