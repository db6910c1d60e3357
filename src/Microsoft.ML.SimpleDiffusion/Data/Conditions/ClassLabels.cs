using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>Lists of labels, of which the text is the identity and the place is not.</summary>
internal static class ClassLabels
{
    private const int MaxListed = 10;

    /// <summary>The labels, of each of which only the first spelling is kept.</summary>
    public static string[] Distinct(IEnumerable<string> labels) => [.. labels.Distinct(LabelComparer.Instance)];

    /// <summary>Place of each label in a list; the first of those that are one.</summary>
    public static Dictionary<string, int> Places(IReadOnlyList<string> labels)
    {
        var places = new Dictionary<string, int>(LabelComparer.Instance);
        for (int i = 0; i < labels.Count; i++)
        {
            places.TryAdd(labels[i], i);
        }

        return places;
    }

    /// <summary>
    /// What a run that goes on is conditioned on: its classes stay in the places that they had, in whatever order the data has them now, if the data has no other.
    /// </summary>
    /// <param name="data">What the data says.</param>
    /// <param name="run">What the run began with, or null if it begins now.</param>
    public static ConditionDescription KeepPlaces(ConditionDescription data, ConditionDescription? run)
    {
        var known = Places(run?.ClassLabels ?? []);
        return data.ClassCount > 0 && data.ClassLabels.All(known.ContainsKey) ? data with { ClassLabels = run!.ClassLabels } : data;
    }

    /// <summary>Labels for a message, not too many.</summary>
    public static string List(IReadOnlyList<string> labels)
        => string.Join(", ", labels.Take(MaxListed).Select(label => $"'{label}'")) + (labels.Count > MaxListed ? $", … ({labels.Count} in all)" : string.Empty);

    /// <summary>Place of each label by its number, or null unless all are different whole numbers.</summary>
    public static Dictionary<long, int>? Numbers(IReadOnlyList<string> labels)
    {
        var places = new Dictionary<long, int>();
        for (int i = 0; i < labels.Count; i++)
        {
            if (!long.TryParse(labels[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) || !places.TryAdd(number, i))
            {
                return null;
            }
        }

        return places.Count > 0 ? places : null;
    }
}
