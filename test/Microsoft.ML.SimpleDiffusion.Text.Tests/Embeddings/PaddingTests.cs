using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;
using Microsoft.ML.SimpleDiffusion.Text.Tokenization;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Embeddings;

/// <summary>How much padding the batches of real captions have, against batches in the order of the rows.</summary>
[TestClass]
public class PaddingTests
{
    private const int ReadAheadRows = 256;
    private const int TokensPerBatch = 2048;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [DataRow("noto-emoji")]
    [DataRow("dcss-tiles")]
    public void Batches_of_real_captions_waste_at_most_a_tenth_on_padding(string dataSet)
    {
        string model = SharedFolder.Require("reference/sentencepiece_test_model.model");
        var tokenizer = T5Tokenizer.Parse(File.ReadAllBytes(model), model);
        var lengths = new List<int>();
        var (sorted, unsorted) = (new Waste(), new Waste());
        foreach (string[] window in Captions(dataSet).Chunk(ReadAheadRows))
        {
            int[] windowLengths = [.. window.Distinct().Select(caption => tokenizer.Encode(caption, 128).Length)];
            lengths.AddRange(windowLengths);
            foreach (int[] batch in LengthBatches.Split(windowLengths, TokensPerBatch))
            {
                sorted.Add(Array.ConvertAll(batch, i => windowLengths[i]));
            }

            foreach (int[] batch in windowLengths.Chunk(32))
            {
                unsorted.Add(batch);
            }
        }

        TestContext.WriteLine(
            $"{dataSet}: {lengths.Count} captions of {lengths.Min()} to {lengths.Max()} tokens, mean {lengths.Average():F1}; by length {sorted}; in order, 32 at a time, {unsorted}");
        Assert.IsLessThanOrEqualTo(LengthBatches.MostPadding, sorted.Share);
    }

    private static IEnumerable<string> Captions(string dataSet)
        => File.ReadLines(SharedFolder.Require($"data/{dataSet}/captions.tsv")).Skip(1).Select(line => line.Split('\t')[1]);

    private sealed class Waste
    {
        private int _batches;
        private long _padded;
        private long _used;

        public double Share => (_padded - _used) / (double)_padded;

        public void Add(int[] lengths)
        {
            _batches++;
            _padded += lengths.Length * lengths.Max();
            _used += lengths.Sum();
        }

        public override string ToString() => $"{Share:P1} padding in {_batches} batches of {_padded / (double)_batches:F0} tokens";
    }
}
