using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

[TestClass]
public class ModelConfigurationJsonTests
{
    [TestMethod]
    public void Every_option_that_is_not_the_machines_survives_writing_and_reading()
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
    public void History_survives_writing_and_reading_with_values_that_are_not_finite_as_no_number()
    {
        var configuration = new ModelConfiguration
        {
            Options = new SimpleDiffusionOptions(),
            Condition = ConditionDescription.None,
            TrainedSteps = 2,
            History = new TrainingHistory
            {
                Losses = [new TrainingLoss { Step = 1, Loss = 0.1 }, new TrainingLoss { Step = 2, Loss = 1.0 / 3 }],
                Evaluations =
                [
                    new TrainingEvaluation { Step = 0, Metrics = new Dictionary<string, double> { ["A"] = 0.7, ["b \" ü"] = double.NegativeInfinity }, IsBest = true },
                    new TrainingEvaluation { Step = 2, Metrics = new Dictionary<string, double> { ["A"] = 1e-300 }, IsBest = false },
                ],
            },
        };

        string json = ModelConfigurationJson.Serialize(configuration);
        var read = ModelConfigurationJson.Parse(json).History;

        CollectionAssert.AreEqual(LossPoints.Of(configuration.History.Losses), LossPoints.Of(read.Losses));
        Assert.AreEqual(0.7, read.Evaluations[0].Metrics["A"]);
        Assert.IsTrue(double.IsNaN(read.Evaluations[0].Metrics["b \" ü"]));
        Assert.IsTrue(read.Evaluations[0].IsBest);
        Assert.AreEqual((2, 1e-300, false), (read.Evaluations[1].Step, read.Evaluations[1].Metrics["A"], read.Evaluations[1].IsBest));
        Assert.AreEqual(json, ModelConfigurationJson.Serialize(configuration with { History = read }));
    }

    [TestMethod]
    public void Loss_that_earlier_versions_called_sigmoid_is_read_as_what_it_was()
    {
        Assert.AreEqual(LossType.SigmoidWithoutSlope, Read("Sigmoid"));
        foreach (var loss in Enum.GetValues<LossType>())
        {
            Assert.AreEqual(loss, Read(LossTypeConverter.NameOf(loss)));
        }

        Assert.ThrowsExactly<FormatException>(() => Read("Hinge"));
        Assert.ThrowsExactly<FormatException>(() => Parse("1"));

        static LossType Read(string name) => Parse($"\"{name}\"");
        static LossType Parse(string loss) => ModelConfigurationJson
            .Parse($$$"""{"formatVersion":1,"options":{"diffusion":{"loss":{{{loss}}}}},"condition":{"kind":"None"},"trainedSteps":0}""").Options.Diffusion.Loss;
    }

    [TestMethod]
    [DataRow("""null""", "damaged")]
    [DataRow("""{"losses":null}""", "damaged")]
    [DataRow("""{"losses":[null]}""", "no loss curve")]
    [DataRow("""{"losses":[{"step":1,"loss":1e999}]}""", "no loss curve")]
    [DataRow("""{"losses":[{"step":1,"loss":null}]}""", "damaged")]
    [DataRow("""{"losses":[{"step":2,"loss":1},{"step":2,"loss":1}]}""", "order")]
    [DataRow("""{"losses":[{"step":-1,"loss":1}]}""", "order")]
    [DataRow("""{"evaluations":[null]}""", "no evaluation")]
    [DataRow("""{"evaluations":[{"step":1,"metrics":null,"isBest":true}]}""", "damaged")]
    [DataRow("""{"evaluations":[{"step":1,"metrics":{"A":1e999},"isBest":true}]}""", "no evaluation")]
    [DataRow("""{"evaluations":[{"step":1,"metrics":{"A":1,"A":2},"isBest":true}]}""", "damaged")]
    [DataRow("""{"evaluations":[{"step":1,"metrics":{}}]}""", "damaged")]
    [DataRow("""{"evaluations":[{"step":1,"metrics":{},"isBest":true},{"step":0,"metrics":{},"isBest":true}]}""", "order")]
    public void Damaged_history_is_refused(string history, string expected)
    {
        string json = $$"""{"formatVersion":1,"options":{},"condition":{"kind":"None"},"trainedSteps":0,"history":{{history}}}""";

        var error = Assert.ThrowsExactly<FormatException>(() => ModelConfigurationJson.Parse(json));

        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void Longer_history_than_any_run_has_is_refused()
    {
        string points = string.Join(',', Enumerable.Range(1, 1_001).Select(step => $$"""{"step":{{step}},"loss":1}"""));

        Damaged_history_is_refused($$"""{"losses":[{{points}}]}""", "no loss curve");
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
        => options.GetType().GetProperties().Where(p => !p.IsDefined(typeof(JsonIgnoreAttribute)) && !p.IsDefined(typeof(MachineOnlyAttribute)));

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
