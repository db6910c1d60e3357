namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>Counts, while data is read, what its images are said to show, and tells what is hardly meant so.</summary>
/// <param name="condition">What images are conditioned on.</param>
/// <param name="column">Name of the column.</param>
internal sealed class ConditionCensus(ConditionDescription condition, string column)
{
    /// <summary>Texts that repeat so often, and are so few and so short, are rather labels than captions.</summary>
    private const int FewestRepeats = 10, MostLabels = 100, LongestLabel = 40;

    private readonly int[] _ofClass = new int[condition.ClassCount];
    private readonly HashSet<string> _texts = [];
    private int _count;
    private int _longestText;

    /// <summary>Rows that say nothing.</summary>
    public int Missing { get; private set; }

    public void Add(RowCondition row)
    {
        _count++;
        if (row.IsNone)
        {
            Missing++;
        }
        else if (row.ClassIndex is int index)
        {
            _ofClass[index]++;
        }
        else if (row.Text is byte[] text)
        {
            _longestText = Math.Max(_longestText, text.Length);
            if (_longestText <= LongestLabel && _texts.Count <= MostLabels)
            {
                _texts.Add(Convert.ToHexString(text));
            }
        }
    }

    /// <exception cref="InvalidOperationException">No row says anything, so that nothing could be learnt of the condition.</exception>
    public void RequireAny()
    {
        if (condition.Kind != ConditionKind.None && Missing == _count)
        {
            throw new InvalidOperationException(
                $"All {_count} rows of condition column '{column}' have no {Noun}: {Cause}. For a model without condition, set ConditionColumnName to null.");
        }
    }

    /// <summary>A sentence if some rows say nothing, or null.</summary>
    public string? DescribeMissing() => Missing == 0 || condition.Kind == ConditionKind.None
        ? null
        : $"{Missing} of {_count} rows of condition column '{column}' have no {Noun}, and are images of nothing in particular: {Cause}.";

    /// <summary>Sentences about what training would make of this data.</summary>
    public IEnumerable<string> DescribeForTraining()
    {
        string[] empty = [.. condition.ClassLabels.Where((_, i) => _ofClass[i] == 0)];
        if (empty.Length > 0)
        {
            yield return $"{empty.Length} of {condition.ClassCount} classes of condition column '{column}' have no image, so the model cannot learn them: {ClassLabels.List(empty)}.";
        }

        if (_texts.Count is > 0 and <= MostLabels && _longestText <= LongestLabel && _count - Missing >= FewestRepeats * _texts.Count)
        {
            yield return $"Condition column '{column}' is text, so its values are read as captions, but there are only {_texts.Count} different ones, all short. "
                + "If they are labels, make keys of them with MapValueToKey: a model of classes learns them faster and knows no others.";
        }
    }

    private string Noun => condition.Kind switch
    {
        ConditionKind.Class => "class",
        ConditionKind.Text => "caption",
        _ => "embedding",
    };

    private string Cause => condition.Kind switch
    {
        ConditionKind.Class => "a key is missing where the value was empty, or is one that MapValueToKey was not fitted on",
        ConditionKind.Text => "the text is empty",
        _ => "the vector has zeros only",
    };
}
