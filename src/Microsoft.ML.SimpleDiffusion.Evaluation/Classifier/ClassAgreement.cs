namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>Counts how often a predicted class is the one that was asked for.</summary>
/// <param name="classCount">Number of classes.</param>
internal sealed class ClassAgreement(int classCount)
{
    private readonly long[] _asked = new long[classCount];
    private readonly long[] _right = new long[classCount];

    /// <summary>Share of all that have the class that was asked for; NaN if there are none.</summary>
    public double Overall => Share(_right.Sum(), _asked.Sum());

    /// <summary>Adds an image. One that was asked to be of no class does not count.</summary>
    public void Add(int asked, int predicted)
    {
        if (asked < classCount)
        {
            _asked[asked]++;
            _right[asked] += asked == predicted ? 1 : 0;
        }
    }

    /// <summary>Share of a class; NaN if it was never asked for.</summary>
    public double Of(int index) => Share(_right[index], _asked[index]);

    private static double Share(long right, long asked) => asked == 0 ? double.NaN : (double)right / asked;
}
