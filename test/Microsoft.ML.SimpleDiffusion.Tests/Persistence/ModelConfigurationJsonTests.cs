using System.Collections;
using System.Reflection;
using Microsoft.ML.SimpleDiffusion.Conditioning;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

[TestClass]
public class ModelConfigurationJsonTests
{
    [TestMethod]
    public void Every_option_survives_writing_and_reading()
    {
        var options = new SimpleDiffusionOptions();
        ChangeEverything(options);
        var configuration = new ModelConfiguration
        {
            Options = options,
            Condition = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = ["a", "b ü \" \u2028"] },
            TrainedSteps = 12345678901,
        };

        string json = ModelConfigurationJson.Serialize(configuration);
        var read = ModelConfigurationJson.Parse(json);

        Assert.AreEqual(json, ModelConfigurationJson.Serialize(read));
        AssertNothingIsDefault(read.Options, new SimpleDiffusionOptions());
        CollectionAssert.AreEqual(configuration.Condition.ClassLabels.ToArray(), read.Condition.ClassLabels.ToArray());
        Assert.AreEqual(configuration.TrainedSteps, read.TrainedSteps);
    }

    [TestMethod]
    [DataRow("", "damaged")]
    [DataRow("null", "version")]
    [DataRow("[]", "version")]
    [DataRow("""{"formatVersion":2}""", "newer version")]
    [DataRow("""{"formatVersion":1}""", "damaged")]
    [DataRow("""{"formatVersion":1,"options":null,"condition":null,"trainedSteps":0}""", "damaged")]
    [DataRow("""{"formatVersion":1,"options":{"unknown":1},"condition":{"kind":"None"},"trainedSteps":0}""", "damaged")]
    [DataRow("""{"formatVersion":1,"options":{},"condition":{"kind":"Something"},"trainedSteps":0}""", "damaged")]
    [DataRow("""{"formatVersion":1,"options":{},"condition":{"kind":"Embeddings","embeddingLength":-3,"embeddingWidth":-2},"trainedSteps":0}""", "[-3, -2]")]
    [DataRow("""{"formatVersion":1,"options":{},"condition":{"kind":"Embeddings","embeddingLength":65536,"embeddingWidth":65536},"trainedSteps":0}""", "65536")]
    [DataRow("""{"formatVersion":1,"options":{},"condition":{"kind":"Text","embeddingLength":3,"embeddingWidth":2},"trainedSteps":0}""", "do not fit")]
    [DataRow("""{"formatVersion":1,"options":{"network":null},"condition":{"kind":"None"},"trainedSteps":0}""", "damaged")]
    [DataRow("""{"formatVersion":1,"options":{"diffusion":{"sigmoidLossBias":1e999}},"condition":{"kind":"None"},"trainedSteps":0}""", "infinity")]
    [DataRow("""{"formatVersion":1,"options":{},"condition":{"kind":"Class","classLabels":["a",null]},"trainedSteps":0}""", "no label")]
    public void Text_that_is_no_configuration_is_refused(string json, string expected)
    {
        var error = Assert.ThrowsExactly<FormatException>(() => ModelConfigurationJson.Parse(json));

        StringAssert.Contains(error.Message, expected);
    }

    private static IEnumerable<PropertyInfo> Stored(object options)
        => options.GetType().GetProperties().Where(p => p.PropertyType != typeof(CancellationToken) && p.PropertyType != typeof(IProgress<TrainingProgress>));

    private static void ChangeEverything(object options)
    {
        foreach (var property in Stored(options))
        {
            object? value = property.GetValue(options);
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (type == typeof(string))
            {
                property.SetValue(options, value + "x");
            }
            else if (type == typeof(bool))
            {
                property.SetValue(options, !(bool)value!);
            }
            else if (type == typeof(int[]))
            {
                property.SetValue(options, new[] { 3, 5 });
            }
            else if (type.IsEnum)
            {
                property.SetValue(options, Enum.GetValues(type).Cast<object>().First(other => !other.Equals(value)));
            }
            else if (type.IsPrimitive)
            {
                property.SetValue(options, Convert.ChangeType(Convert.ToDouble(value ?? 0) + 1, type));
            }
            else
            {
                ChangeEverything(value!);
            }
        }
    }

    private static void AssertNothingIsDefault(object options, object defaults)
    {
        foreach (var property in Stored(options))
        {
            object? value = property.GetValue(options), initial = property.GetValue(defaults);
            if (value is not null && value.GetType().IsClass && value is not (string or IEnumerable))
            {
                AssertNothingIsDefault(value, initial!);
            }
            else
            {
                Assert.AreNotEqual(initial, value, property.Name);
            }
        }
    }
}
