using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Onnx.Export;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Persistence;

/// <summary>Checks that files are what their configuration says, before ONNX Runtime sees them.</summary>
internal static class ModelCheck
{
    /// <summary>The most numbers that a constant has that is no weight: the frequencies of the widest network.</summary>
    private const int MostNumbers = 4096;

    /// <summary>Checks a denoiser.</summary>
    /// <param name="contents">What a walk through it has found.</param>
    /// <returns>Its configuration and the plan of its network.</returns>
    /// <exception cref="FormatException">It is none, or is damaged.</exception>
    public static (ModelConfiguration Configuration, NetworkPlan Plan) CheckDenoiser(OnnxContents contents)
    {
        RequireRole(contents, Roles.Denoiser);
        string json = contents.Metadata.GetValueOrDefault(MetadataKeys.Configuration) ?? throw ProtoField.Damaged("it has no configuration");
        var configuration = ModelConfigurationJson.Parse(json);
        var plan = ConfigurationCheck.Run(configuration);
        var expected = new OnnxGraph("expected");
        ModelExporter.AddInputs(expected, plan.Specification);
        ModelExporter.AddOutput(expected, plan.Specification, Signature.Z);
        RequireSignature(contents, expected);
        RequireWeights(contents, plan.Weights.Where(weight => !IsOfText(weight) && !weight.IsForTraining));
        return (configuration, plan);
    }

    /// <summary>Checks the text encoder of a network.</summary>
    /// <inheritdoc cref="CheckDenoiser" path="/exception"/>
    /// <param name="contents">What a walk through it has found.</param>
    /// <param name="plan">The network.</param>
    public static void CheckTextEncoder(OnnxContents contents, NetworkPlan plan)
    {
        RequireRole(contents, Roles.TextEncoder);
        var expected = new OnnxGraph("expected");
        ModelExporter.AddTextInputs(expected, plan.Text!);
        ModelExporter.AddTextOutput(expected, plan.Text!, Signature.Tokens);
        RequireSignature(contents, expected);
        RequireWeights(contents, plan.Weights.Where(IsOfText));
        if (contents.Constants.Values.Any(constant => constant.External is not null))
        {
            throw ProtoField.Damaged("its text encoder keeps weights in another file");
        }
    }

    /// <summary>Checks that a denoiser refers to a file of large constants, and to nothing else, inside that file.</summary>
    /// <param name="contents">What a walk has found.</param>
    /// <param name="name">Name of the file, or null where there is none.</param>
    /// <param name="length">Its bytes.</param>
    public static void CheckExternalData(OnnxContents contents, string? name, long length)
    {
        foreach (var place in contents.Constants.Values.Select(constant => constant.External).OfType<ExternalPlace>())
        {
            if (place.File != name || place.Offset < 0 || place.Offset > length - place.Length)
            {
                throw ProtoField.Damaged($"it keeps weights at {place.Offset} of '{place.File}', where there are none");
            }
        }
    }

    private static bool IsOfText(WeightPlan weight) => weight.Name.StartsWith("text.", StringComparison.Ordinal);

    private static void RequireRole(OnnxContents contents, string role)
    {
        string actual = contents.Metadata.GetValueOrDefault(MetadataKeys.Role, string.Empty);
        if (actual != role)
        {
            throw new FormatException($"The ONNX file is a {actual}, where a {role} is needed.");
        }
    }

    private static void RequireSignature(OnnxContents contents, OnnxGraph expected)
    {
        Require("inputs", contents.Inputs, expected.Inputs);
        Require("outputs", contents.Outputs, expected.Outputs);

        static void Require(string what, IReadOnlyList<string> actual, IReadOnlyList<string> expected)
        {
            if (!actual.SequenceEqual(expected))
            {
                throw new FormatException($"The ONNX file has the {what} {string.Join("; ", actual)}, where its configuration needs {string.Join("; ", expected)}.");
            }
        }
    }

    private static void RequireWeights(OnnxContents contents, IEnumerable<WeightPlan> weights)
    {
        var others = contents.Constants.Keys.ToHashSet();
        foreach (var weight in weights)
        {
            if (!contents.Constants.TryGetValue(weight.Name, out var constant) || constant.Count != weight.Count || constant.Type is not (ElementType.Float32 or ElementType.Float16))
            {
                throw new FormatException($"The ONNX file is damaged: its configuration needs {weight.Count} numbers in the weight '{weight.Name}', but there are {constant?.Count ?? 0}.");
            }

            others.Remove(weight.Name);
        }

        if (others.FirstOrDefault(name => contents.Constants[name].Count > MostNumbers) is string large)
        {
            throw new FormatException($"The ONNX file is damaged: its configuration has no weight '{large}'.");
        }
    }
}
