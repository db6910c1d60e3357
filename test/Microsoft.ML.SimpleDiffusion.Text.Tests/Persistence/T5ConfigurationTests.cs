using Microsoft.ML.SimpleDiffusion.Text.Persistence;
using Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Persistence;

[TestClass]
public class T5ConfigurationTests
{
    [TestMethod]
    public void Configuration_comes_back_without_what_belongs_to_one_machine()
    {
        var configuration = T5Configuration.Parse(Json());
        Assert.AreEqual(8, configuration.Options.MaxTokens);
        Assert.AreEqual("t5.onnx", configuration.Options.ModelFile);
        Assert.AreEqual("tokenizer.model", configuration.Options.TokenizerFile);
        Assert.IsNull(configuration.Options.CacheDirectory);
        Assert.AreEqual(new FileDigest("t5.onnx", 5, "00ff"), configuration.Encoder.Single());
    }

    /// <summary>Found in use: a million threads were never there.</summary>
    [TestMethod]
    [DataRow("\"threads\": 1000000")]
    [DataRow("\"threads\": -1")]
    [DataRow("\"device\": \"Cuda\", \"deviceIndex\": 2147483647")]
    [DataRow("\"cacheDirectory\": \"/home/someone/cache\"")]
    public void What_earlier_versions_stored_of_the_machine_is_not_obeyed(string stored)
    {
        var options = T5Configuration.Parse(Json().Replace("\"maxTokens\": 8", $"\"maxTokens\": 8, {stored}", StringComparison.Ordinal)).Options;

        Assert.AreEqual((null, T5Device.Auto, 0, null), (options.Threads, options.Device, options.DeviceIndex, options.CacheDirectory));
    }

    [TestMethod]
    [DataRow("\"readAheadRows\": 256", "\"readAheadRows\": 2000000000", "ReadAheadRows must be 1 to 65536", DisplayName = "rows without end")]
    [DataRow("\"formatVersion\": 1", "\"formatVersion\": 2", "format version 2", DisplayName = "newer version")]
    [DataRow("\"name\": \"t5.onnx\"", "\"name\": \"../t5.onnx\"", "impossible", DisplayName = "path out of the folder")]
    [DataRow("\"length\": 5", "\"length\": -5", "impossible", DisplayName = "negative length")]
    [DataRow("\"length\": 7", "\"length\": 7777777777", "impossible", DisplayName = "large tokenizer")]
    [DataRow("\"maxTokens\": 8", "\"maxTokens\": 0", "MaxTokens must be 2 to 8192", DisplayName = "option out of range")]
    [DataRow("\"maxTokens\": 8", "\"maxTokens\"; 8", "damaged", DisplayName = "no JSON")]
    [DataRow("\"maxTokens\": 8", "\"maxTokens\": null", "damaged", DisplayName = "no value")]
    [DataRow("\"maxTokens\": 8", "\"mostTokens\": 8", "damaged", DisplayName = "unknown option")]
    [DataRow("\"options\": {", "\"option\": {", "damaged", DisplayName = "no options")]
    public void Impossible_configuration_is_refused(string from, string to, string message)
    {
        string json = Json();
        Assert.Contains(from, json);
        var error = Assert.ThrowsExactly<FormatException>(() => T5Configuration.Parse(json.Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains(message, error.Message);
    }

    private static string Json()
    {
        var options = Fixture.Options();
        options.CacheDirectory = "cache";
        return T5Configuration.Serialize(options, [new FileDigest("t5.onnx", 5, "00ff")], new FileDigest("tokenizer.model", 7, "ff00"));
    }
}
