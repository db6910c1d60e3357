using Microsoft.ML.SimpleDiffusion.Fuzz;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>A short run of the fuzzer, always the same. Long ones are started by hand (docs/reliability.md).</summary>
[TestClass]
public class FuzzTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("safetensors-header", 20_000)]
    [DataRow("safetensors", 10_000)]
    [DataRow("configuration", 4_000)]
    [DataRow("checkpoint", 300)]
    [DataRow("best-weights", 200)]
    [DataRow("model-zip", 300)]
    [DataRow("model-zip-configuration", 300)]
    [DataRow("model-zip-weights", 100)]
    [DataRow("model-folder-configuration", 300)]
    [DataRow("model-folder-weights", 100)]
    [DataRow("text-model-folder-configuration", 300)]
    [DataRow("classifier", 300)]
    [DataRow("classifier-weights", 100)]
    [DataRow("t5", 200)]
    [DataRow("t5-tokenizer", 200)]
    [DataRow("embedding-cache", 1_000)]
    [DataRow("sweep-data", 500)]
    [DataRow("sweep-definition", 500)]
    [DataRow("sweep-record", 1_000)]
    [DataRow("sweep-record-of-failure", 1_000)]
    [DataRow("captions-file", 1_000)]
    [DataRow("tool-arguments", 300)]
    [DataRow("tool-options", 1_000)]
    [DataRow("caption", 20_000)]
    [DataRow("image", 5_000)]
    [DataRow("onnx", 2_000)]
    [DataRow("elf", 50_000)]
    public void Damaged_files_are_read_or_refused_with_a_declared_exception(string name, int inputs)
    {
        using var target = FuzzTargets.Create(name);

        var report = FuzzRun.Execute(target, seed: 7, first: 0, inputs);

        TestContext.WriteLine(report.ToString());
        Assert.IsEmpty(report.Findings, string.Join('\n', report.Findings));
    }

    [TestMethod]
    public void Every_target_is_run()
    {
        string[] run = [.. typeof(FuzzTests).GetMethod(nameof(Damaged_files_are_read_or_refused_with_a_declared_exception))!
            .GetCustomAttributes(inherit: false).OfType<DataRowAttribute>().Select(row => (string)row.Data![0]!)];

        CollectionAssert.AreEquivalent(FuzzTargets.Names.ToArray(), run);
    }

    [TestMethod]
    public void Inputs_follow_from_seed_and_iteration_and_findings_name_both()
    {
        using var target = new PickyTarget();
        var all = FuzzRun.Execute(target, seed: 3, first: 0, count: 50);
        string finding = all.Findings.Single();
        int iteration = int.Parse(finding.Split("--iteration ")[1].Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);

        var again = FuzzRun.Execute(target, seed: 3, iteration, count: 1);

        StringAssert.Contains(finding, "--target picky --seed 3 --iteration");
        Assert.AreEqual(finding, again.Findings.Single());
        Assert.AreEqual(50, all.Inputs);
    }

    /// <summary>Takes nothing but what is in the corpus, and does not say so.</summary>
    private sealed class PickyTarget : FuzzTarget
    {
        public override string Name => "picky";

        public override IReadOnlyList<byte[]> Corpus { get; } = [[.. "{\"number\": 12}"u8]];

        public override void Read(byte[] input)
        {
            if (!input.AsSpan().SequenceEqual(Corpus[0]))
            {
                throw new ArithmeticException(Convert.ToHexString(input));
            }
        }

        public override bool IsDeclared(Exception exception) => false;
    }
}
