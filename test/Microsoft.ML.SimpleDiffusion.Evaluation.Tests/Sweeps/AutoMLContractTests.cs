using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SearchSpace;
using Range = Microsoft.ML.SearchSpace.RangeAttribute;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Sweeps;

/// <summary>
/// What Microsoft.ML.AutoML asks of a class of options: it makes a search space from the attributes of public properties, descends into those with
/// NestOption, and makes the options from JSON.
/// </summary>
[TestClass]
public class AutoMLContractTests
{
    private static readonly Type[] Attributes = [typeof(Range), typeof(ChoiceAttribute), typeof(BooleanChoiceAttribute)];

    private static IEnumerable<PropertyInfo> Groups => Properties(typeof(SimpleDiffusionOptions)).Where(property => property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal));

    private static IEnumerable<PropertyInfo> Varied => Groups.Select(group => group.PropertyType).Append(typeof(SimpleDiffusionOptions)).SelectMany(Properties)
        .Where(property => Attributes.Any(property.IsDefined));

    /// <summary>Fails to compile if the class could not be AutoML's <c>SearchSpace&lt;T&gt; where T : class, new()</c>.</summary>
    [TestMethod]
    public void Options_can_be_the_type_of_a_search_space()
    {
        AssertCreates<SimpleDiffusionOptions>();
        AssertCreates<NetworkOptions>();
        AssertCreates<DiffusionOptions>();
        AssertCreates<TrainingOptions>();
        AssertCreates<SamplingOptions>();

        static void AssertCreates<T>()
            where T : class, new()
            => Assert.IsNotNull(new T());
    }

    [TestMethod]
    public void Groups_with_options_to_vary_are_nested_options()
    {
        foreach (var group in Groups.Where(group => Properties(group.PropertyType).Any(property => Attributes.Any(property.IsDefined))))
        {
            Assert.IsTrue(group.IsDefined(typeof(NestOptionAttribute)), group.Name);
        }
    }

    [TestMethod]
    public void Options_to_vary_are_public_properties_with_one_attribute()
    {
        Assert.IsGreaterThan(8, Varied.Count());
        foreach (var property in Varied)
        {
            Assert.AreEqual(1, Attributes.Count(property.IsDefined), property.Name);
            Assert.IsTrue(property.GetMethod!.IsPublic && property.SetMethod!.IsPublic, property.Name);
        }
    }

    [TestMethod]
    public void Attributes_have_values_of_the_type_of_the_option()
    {
        foreach (var property in Varied)
        {
            object[] values = property.GetCustomAttribute<Range>() is Range range ? [range.Min, range.Max, range.Init]
                : property.GetCustomAttribute<ChoiceAttribute>() is ChoiceAttribute choice ? choice.Candidates
                : [true, false];
            CollectionAssert.AllItemsAreInstancesOfType(values, property.PropertyType, property.Name);
        }
    }

    [TestMethod]
    public void Ranges_begin_at_the_default_of_the_option_and_have_it_inside()
    {
        var options = new SimpleDiffusionOptions();
        foreach (var path in OptionPath.All)
        {
            if (path.Attribute<Range>() is Range range)
            {
                Assert.AreEqual(path.Get(options), range.Init, path.Name);
                double value = Convert.ToDouble(range.Init, null);
                Assert.IsTrue(value >= Convert.ToDouble(range.Min, null) && value <= Convert.ToDouble(range.Max, null), path.Name);
                Assert.IsFalse(range.LogBase && Convert.ToDouble(range.Min, null) <= 0, path.Name);
            }
            else if (path.Attribute<BooleanChoiceAttribute>() is BooleanChoiceAttribute choice)
            {
                Assert.AreEqual(path.Get(options), choice.DefaultValue, path.Name);
            }
        }
    }

    [TestMethod]
    public void Both_ends_of_every_range_are_valid()
    {
        foreach (var path in OptionPath.All.Where(path => path.Attribute<Range>() is not null))
        {
            var range = path.Attribute<Range>()!;
            foreach (object value in new[] { range.Min, range.Max })
            {
                var options = new SimpleDiffusionOptions { ConditionColumnName = "Label" };
                path.Set(options, value);
                OptionsValidator.ValidateNew(options);
            }
        }
    }

    /// <summary>AutoML turns a point of the search space into JSON, and that into the class.</summary>
    [TestMethod]
    public void Options_come_back_from_json()
    {
        var settings = new JsonSerializerOptions { Converters = { new JsonStringEnumConverter() } };
        var options = new SimpleDiffusionOptions { ConditionColumnName = "Label", Training = new TrainingOptions { LearningRate = 1e-3, RandomHorizontalFlip = true } };

        var copy = JsonSerializer.Deserialize<SimpleDiffusionOptions>(JsonSerializer.Serialize(options, settings), settings)!;
        var partial = JsonSerializer.Deserialize<SimpleDiffusionOptions>("{\"Training\":{\"LearningRate\":0.002}}", settings)!;

        Assert.AreEqual(JsonSerializer.Serialize(options, settings), JsonSerializer.Serialize(copy, settings));
        Assert.AreEqual(0.002, partial.Training.LearningRate);
        Assert.AreEqual(0.99, partial.Training.AdamBeta2);
    }

    private static PropertyInfo[] Properties(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
}
