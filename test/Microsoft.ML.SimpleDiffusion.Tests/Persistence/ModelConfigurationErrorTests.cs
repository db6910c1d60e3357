using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

/// <summary>Each sentence about a configuration that is none, and the bounds up to which one is.</summary>
[TestClass]
public class ModelConfigurationErrorTests
{
    private const string Damaged = "The model's configuration is damaged: ";

    [TestMethod]
    [DataRow("[]", Damaged + "It has no format version.")]
    [DataRow("{}", Damaged + "It has no format version.")]
    [DataRow("""{"formatVersion":1.5}""", Damaged + "It has no format version.")]
    [DataRow("""{"formatVersion":0}""", "The model has format version 0, but this version of Microsoft.ML.SimpleDiffusion reads 1: use a newer version.")]
    [DataRow("""{"formatVersion":2}""", "The model has format version 2, but this version of Microsoft.ML.SimpleDiffusion reads 1: use a newer version.")]
    public void Version_that_is_not_this_ones_is_told(string json, string expected) => Assert.AreEqual(expected, Refused(json));

    [TestMethod]
    [DataRow("""{"kind":"Class","classLabels":["a",null]}""", "A class has no label.")]
    [DataRow("""{"kind":"Text","embeddingLength":3}""", "Its embeddings [3, 0] do not fit a condition of the kind Text.")]
    [DataRow("""{"kind":"Text","embeddingWidth":3}""", "Its embeddings [0, 3] do not fit a condition of the kind Text.")]
    [DataRow("""{"kind":"Embeddings","embeddingLength":0,"embeddingWidth":3}""", "Its embeddings [0, 3] do not fit a condition of the kind Embeddings.")]
    [DataRow("""{"kind":"Embeddings","embeddingLength":3,"embeddingWidth":0}""", "Its embeddings [3, 0] do not fit a condition of the kind Embeddings.")]
    [DataRow("""{"kind":"Embeddings","embeddingLength":2,"embeddingWidth":268435449}""", "Its embeddings [2, 268435449] do not fit a condition of the kind Embeddings.")]
    public void Condition_that_cannot_be_is_told(string condition, string expected) => Assert.AreEqual(Damaged + expected, Refused(Model(condition)));

    [TestMethod]
    [DataRow("""{"kind":"Embeddings","embeddingLength":1,"embeddingWidth":1}""", 1, 1)]
    [DataRow("""{"kind":"Embeddings","embeddingLength":1,"embeddingWidth":536870897}""", 1, 536_870_897)]
    [DataRow("""{"kind":"Text","embeddingLength":0,"embeddingWidth":0}""", 0, 0)]
    public void Condition_on_the_bound_is_read(string condition, int length, int width)
    {
        var read = ModelConfigurationJson.Parse(Model(condition)).Condition;

        Assert.AreEqual((length, width), (read.EmbeddingLength, read.EmbeddingWidth));
    }

    [TestMethod]
    [DataRow("""{"losses":[null]}""", "The loss curve is no loss curve.")]
    [DataRow("""{"losses":[{"step":1,"loss":1},{"step":2,"loss":1e999}]}""", "The loss curve is no loss curve.")]
    [DataRow("""{"losses":[{"step":2,"loss":1},{"step":2,"loss":1}]}""", "The loss curve is not in the order of the steps.")]
    [DataRow("""{"losses":[{"step":-1,"loss":1}]}""", "The loss curve is not in the order of the steps.")]
    [DataRow("""{"evaluations":[null]}""", "An evaluation is no evaluation.")]
    [DataRow("""{"evaluations":[{"step":1,"metrics":{"A":1,"B":1e999},"isBest":true}]}""", "An evaluation is no evaluation.")]
    [DataRow("""{"evaluations":[{"step":1,"metrics":{},"isBest":true},{"step":1,"metrics":{},"isBest":true}]}""", "The evaluations are not in the order of the steps.")]
    public void History_that_no_run_has_is_told(string history, string expected) => Assert.AreEqual(Damaged + expected, Refused(Model("""{"kind":"None"}""", history)));

    [TestMethod]
    [DataRow(1_000, true)]
    [DataRow(1_001, false)]
    public void Loss_curve_has_at_most_a_thousand_points(int points, bool isRead)
        => AssertRead($$"""{"losses":[{{Many(points, """{"step":#,"loss":1}""")}}]}""", isRead);

    [TestMethod]
    [DataRow(20_000, true)]
    [DataRow(20_001, false)]
    public void Run_has_at_most_20000_evaluations(int evaluations, bool isRead)
        => AssertRead($$"""{"evaluations":[{{Many(evaluations, """{"step":#,"metrics":{"A":null},"isBest":true}""")}}]}""", isRead);

    [TestMethod]
    public void Configuration_of_16_megabytes_is_read_and_a_longer_one_refused()
    {
        string json = Model("""{"kind":"None"}""");
        string longest = json + new string(' ', (16 << 20) - json.Length);

        Assert.AreEqual(3, ModelConfigurationJson.Parse(longest).TrainedSteps);
        Assert.AreEqual("The model's configuration is damaged: it is longer than 16777216 bytes.", Refused(longest + " "));
    }

    [TestMethod]
    public void Configuration_is_written_in_lines_with_small_initials_and_names_of_members()
    {
        string json = ModelConfigurationJson.Serialize(ModelConfigurationJson.Parse(Model("""{"kind":"None"}""")));

        StringAssert.StartsWith(json.ReplaceLineEndings("\n"), "{\n  \"formatVersion\": 1,\n  \"options\": {\n    \"outputColumnName\": \"GeneratedImage\",");
        StringAssert.Contains(json, "\"architecture\": \"UVit\"");
        Assert.IsFalse(json.Contains("weightsSha256", StringComparison.Ordinal) || json.Contains("distillation", StringComparison.Ordinal));
        Assert.IsFalse(json.Contains("\"threads\"", StringComparison.Ordinal));
    }

    [TestMethod]
    [DataRow(""","more":1""")]
    [DataRow(""","trainedSteps":4""")]
    [DataRow(""","history":null""")]
    public void Member_too_many_twice_or_null_is_refused(string more)
        => StringAssert.StartsWith(Refused($$"""{"formatVersion":1,"options":{},"condition":{"kind":"None"},"trainedSteps":3{{more}}}"""), Damaged);

    [TestMethod]
    public void Number_in_place_of_the_name_of_a_member_is_refused()
        => StringAssert.StartsWith(Refused("""{"formatVersion":1,"options":{"network":{"architecture":1}},"condition":{"kind":"None"},"trainedSteps":3}"""), Damaged);

    private static void AssertRead(string history, bool isRead)
    {
        if (isRead)
        {
            ModelConfigurationJson.Parse(Model("""{"kind":"None"}""", history));
        }
        else
        {
            Refused(Model("""{"kind":"None"}""", history));
        }
    }

    private static string Many(int count, string item) => string.Join(',', Enumerable.Range(0, count).Select(i => item.Replace("#", $"{i}", StringComparison.Ordinal)));

    private static string Model(string condition, string history = "{}")
        => $$"""{"formatVersion":1,"options":{},"condition":{{condition}},"trainedSteps":3,"history":{{history}}}""";

    private static string Refused(string json) => Assert.ThrowsExactly<FormatException>(() => ModelConfigurationJson.Parse(json)).Message;
}
