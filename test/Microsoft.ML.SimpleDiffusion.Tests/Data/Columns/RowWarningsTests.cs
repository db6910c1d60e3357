using Microsoft.ML.SimpleDiffusion.Data.Columns;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Columns;

[TestClass]
public class RowWarningsTests
{
    [TestMethod]
    public void Each_kind_is_told_once_and_none_hides_another()
    {
        var told = new List<string>();
        var warnings = new RowWarnings(told.Add);

        foreach (int row in Enumerable.Range(0, 3))
        {
            warnings.Tell(RowWarning.MissingClass, () => $"no class in row {row}");
            warnings.Tell(RowWarning.PixelRange, () => $"dark row {row}");
            warnings.TellCut($"row {row}", "4 bytes", () => 4);
        }

        CollectionAssert.AreEqual(
            new[] { "no class in row 0", "dark row 0", "row 0 is longer than the encoder takes, 4 bytes: only its first 4 characters are used. Other long texts are cut alike; this is said once." },
            told);
    }

    [TestMethod]
    public void Sentence_of_what_has_been_said_is_not_made_again()
    {
        int made = 0;
        var warnings = new RowWarnings(_ => { });

        Parallel.For(0, 1000, _ => warnings.Tell(RowWarning.PixelRange, () => Interlocked.Increment(ref made).ToString(System.Globalization.CultureInfo.InvariantCulture)));

        Assert.AreEqual(1, made);
    }
}
