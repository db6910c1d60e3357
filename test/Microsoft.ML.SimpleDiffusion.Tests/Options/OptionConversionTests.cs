using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion.Tests.Options;

/// <summary>Values that sweeps and command lines give, as the options' own types.</summary>
[TestClass]
public class OptionConversionTests
{
    public static IEnumerable<object?[]> Values =>
    [
        ["Training.BatchSize", 8, 8],
        ["Training.BatchSize", 8f, 8],
        ["Training.BatchSize", 8.0, 8],
        ["Training.BatchSize", -8.0, -8],
        ["Training.BatchSize", 2147483647.0, int.MaxValue],
        ["Training.BatchSize", -2147483647.0, -int.MaxValue],
        ["Training.LearningRate", 1, 1.0],
        ["Training.LearningRate", 0.1f, 0.1],
        ["Training.LearningRate", 0.25, 0.25],
        ["Training.LearningRate", 1e300, 1e300],
        ["Network.Dropout", 0.1, 0.1f],
        ["Network.Dropout", 0.1f, 0.1f],
        ["Network.Dropout", 1, 1f],
        ["Network.TransformerBlocks", 3.0, 3],
        ["Network.TransformerBlocks", null, null],
        ["Network.ChannelMultipliers", null, null],
        ["Network.Architecture", "UNet", NetworkArchitecture.UNet],
        ["Network.Architecture", NetworkArchitecture.UNet, NetworkArchitecture.UNet],
        ["Training.RandomHorizontalFlip", true, true],
        ["OutputColumnName", "Picture", "Picture"],
    ];

    public static IEnumerable<object?[]> Mistakes =>
    [
        ["Training.BatchSize", null, "int", "null"],
        ["Training.BatchSize", 1.5, "int", "1.5"],
        ["Training.BatchSize", 2147483648.0, "int", "2147483648"],
        ["Training.BatchSize", -2147483648.0, "int", "-2147483648"],
        ["Training.BatchSize", double.NaN, "int", "NaN"],
        ["Training.BatchSize", double.PositiveInfinity, "int", "Infinity"],
        ["Training.BatchSize", "8", "int", "8"],
        ["Training.BatchSize", true, "int", "true"],
        ["Network.TransformerBlocks", 1.5, "int?", "1.5"],
        ["Training.LearningRate", "fast", "double", "fast"],
        ["Network.Dropout", "much", "float", "much"],
        ["Training.RandomHorizontalFlip", 1, "bool", "1"],
        ["Network.ChannelMultipliers", 3, "int[]", "3"],
        ["Network.Architecture", "VNet", "NetworkArchitecture", "VNet"],
        ["Network.Architecture", 1, "NetworkArchitecture", "1"],
        ["OutputColumnName", 1, "String", "1"],
        ["OutputColumnName", null, "String", "null"],
    ];

    [TestMethod]
    [DynamicData(nameof(Values))]
    public void Value_is_taken_as_the_options_own_type(string option, object? value, object? expected)
    {
        object? converted = OptionPath.Find(option)!.Convert(value, "source");

        Assert.AreEqual(expected, converted);
        Assert.AreEqual(expected?.GetType(), converted?.GetType());
    }

    [TestMethod]
    [DynamicData(nameof(Mistakes))]
    public void Value_that_is_none_of_the_options_is_refused_with_the_type_that_would_be(string option, object? value, string type, string shown)
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OptionPath.Find(option)!.Convert(value, "source"));

        Assert.AreEqual("source", error.ParamName);
        Assert.AreEqual(value, error.ActualValue);
        StringAssert.StartsWith(error.Message, $"The option {option} takes values of type {type}, not {shown}.");
    }

    [TestMethod]
    public void Array_is_passed_on_as_it_is()
    {
        int[] value = [1, 2];

        Assert.AreSame(value, OptionPath.Find("Network.ChannelMultipliers")!.Convert(value, "source"));
    }

    [TestMethod]
    public void Values_have_an_exact_text_a_stored_one_and_a_short_one()
    {
        Assert.AreEqual("0.001", OptionValue.Text(0.001));
        Assert.AreEqual("0.1", OptionValue.Text(0.1f));
        Assert.AreEqual("UVit", OptionValue.Text(NetworkArchitecture.UVit));
        Assert.AreEqual("[1,2]", OptionValue.Text(new[] { 1, 2 }));
        Assert.AreEqual("null", OptionValue.Text(null));
        Assert.AreEqual("true", OptionValue.Text(true));
        Assert.AreEqual("Infinity", OptionValue.Text(double.PositiveInfinity));

        Assert.AreEqual("Sigmoid", OptionValue.Text(LossType.Sigmoid));
        Assert.AreEqual("SigmoidWithSlope", OptionValue.Stored(LossType.Sigmoid));
        Assert.AreEqual("SigmoidWithoutSlope", OptionValue.Stored(LossType.SigmoidWithoutSlope));
        Assert.AreEqual("Epsilon", OptionValue.Stored(LossType.Epsilon));
        Assert.AreEqual("0.12345", OptionValue.Stored(0.12345));

        Assert.AreEqual("0.1235", OptionValue.Short(0.123456));
        Assert.AreEqual("0.1235", OptionValue.Short(0.123456f));
        Assert.AreEqual("123456", OptionValue.Short(123456));
        Assert.AreEqual("UNet", OptionValue.Short(NetworkArchitecture.UNet));
    }

    [TestMethod]
    public void Numbers_have_the_same_text_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            commas.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = commas;

            Assert.AreEqual("0.1235", OptionValue.Short(0.123456f));
            Assert.AreEqual(0.1, OptionPath.Find("Training.LearningRate")!.Convert(0.1f, "source"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [TestMethod]
    [DataRow(typeof(int), "int")]
    [DataRow(typeof(int?), "int?")]
    [DataRow(typeof(float), "float")]
    [DataRow(typeof(double), "double")]
    [DataRow(typeof(double?), "double?")]
    [DataRow(typeof(bool), "bool")]
    [DataRow(typeof(int[]), "int[]")]
    [DataRow(typeof(LossType), "LossType")]
    [DataRow(typeof(LossType?), "LossType?")]
    public void Types_have_their_names_of_the_language(Type type, string expected) => Assert.AreEqual(expected, type.Describe());
}
