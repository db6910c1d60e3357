using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.MiniLM;
using Microsoft.ML.SimpleDiffusion.Onnx;
using Microsoft.ML.SimpleDiffusion.ResNet;
using Microsoft.ML.SimpleDiffusion.Text;
using Mono.Cecil;

namespace Microsoft.ML.SimpleDiffusion.Tests.Architecture;

/// <summary>
/// The house: arrows between source folders run down only, and never in a circle. root -> Training, Generation -> Model, Data, Samplers, Distributed -> Networks,
/// Compute, Persistence -> Diffusion, Options, Randomness. Interop is used by those who need it, and uses options alone.
/// </summary>
[TestClass]
public class ArchitectureTests
{
    private const string Interop = "Interop";

    private static readonly Dictionary<string, int> Floors = new()
    {
        [""] = 5,
        ["Training"] = 4,
        ["Generation"] = 4,
        ["Model"] = 3,
        ["Data"] = 3,
        ["Samplers"] = 3,
        ["Distributed"] = 3,
        ["Networks"] = 2,
        ["Compute"] = 2,
        ["Persistence"] = 2,
        ["Diffusion"] = 1,
        ["Options"] = 1,
        ["Randomness"] = 1,
    };

    /// <summary>Arrows that are meant to run up, each with its reason.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["TrainingOptions -> IValidationMetric"] = "a metric is an option of a run",
        ["EvaluationOptionsValidator -> IValidationMetric"] = "its name is checked like any option",
        ["EvaluationObserver -> IValidationMetric"] = "a run measures it",
        ["RankChecks -> IValidationMetric"] = "its name must be the same on all ranks",
        ["EvaluationObserver -> SimpleDiffusionTransformer"] = "a metric is handed a transformer",
        ["ModelIO -> SimpleDiffusionTransformer"] = "ML.NET's loader returns one",
        ["ModelIO -> IGenerativeModel"] = "ML.NET's loader makes a transformer of one",
        ["ModelIO -> TorchGenerator"] = "ML.NET's loader makes a transformer of one",
        ["ModelIO -> TrainedModel"] = "ML.NET's loader reads one",
        ["ModelIO -> ModelConfiguration"] = "ML.NET's loader reads one",
        ["ModelIO -> ModelConfigurationJson"] = "ML.NET's loader reads one",
        ["ModelEntry -> Digest"] = "what a loader reads has one",
        ["SmallImageClassifierTransformer -> ClassifierIO"] = "it saves itself as ML.NET's loader reads it",
        ["ClassifierIO -> SmallImageClassifierTransformer"] = "ML.NET's loader returns one",
        ["OnnxModelIO -> SimpleDiffusionOnnxTransformer"] = "ML.NET's loader returns one",
        ["T5ModelIO -> T5EncodingTransformer"] = "ML.NET's loader returns one",
        ["FeaturesIO -> ResNet18FeaturesTransformer"] = "ML.NET's loader returns one",
        ["MiniLMModelIO -> MiniLMEncodingTransformer"] = "ML.NET's loader returns one",
    };

    private static IEnumerable<FolderGraph> Graphs =>
    [
        new(Core, "Microsoft.ML.SimpleDiffusion"),
        new(typeof(ImageGenerationCatalog).Assembly.Location, "Microsoft.ML.SimpleDiffusion.Evaluation"),
        new(typeof(SimpleDiffusionOnnxTransformer).Assembly.Location, "Microsoft.ML.SimpleDiffusion.Onnx"),
        new(typeof(T5EncodingTransformer).Assembly.Location, "Microsoft.ML.SimpleDiffusion.Text"),
        new(typeof(ResNet18FeaturesTransformer).Assembly.Location, "Microsoft.ML.SimpleDiffusion.ResNet"),
        new(typeof(MiniLMEncodingTransformer).Assembly.Location, "Microsoft.ML.SimpleDiffusion.MiniLM"),
    ];

    private static string Core => typeof(SimpleDiffusionOptions).Assembly.Location;

    [TestMethod]
    public void Arrows_between_folders_run_down_only()
    {
        var wrong = new List<string>();
        foreach (var (from, to, types) in new FolderGraph(Core, "Microsoft.ML.SimpleDiffusion").Arrows)
        {
            string upper = from.Split('/')[0], lower = to.Split('/')[0];
            bool isDown = upper == lower || lower == Interop || (upper == Interop ? lower == "Options" : Floors[upper] >= Floors[lower]);
            wrong.AddRange(types.Where(pair => !isDown && !Exceptions.ContainsKey(pair)).Select(pair => $"'{from}' -> '{to}': {pair}"));
        }

        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    public void Exceptions_are_still_needed()
    {
        var pairs = Graphs.SelectMany(graph => graph.Arrows).SelectMany(arrow => arrow.Types).ToHashSet();

        Assert.IsEmpty(Exceptions.Keys.Where(pair => !pairs.Contains(pair)));
    }

    [TestMethod]
    public void Folders_use_each_other_in_no_circle()
    {
        string?[] circles = [.. Graphs.Select(graph => graph.FindCircle(Exceptions.ContainsKey))];

        Assert.IsEmpty(circles.Where(circle => circle is not null), string.Join('\n', circles));
    }

    [TestMethod]
    [DataRow("Diffusion")]
    [DataRow("Options")]
    public void Numbers_and_options_know_no_tensor(string folder)
    {
        var files = SourceFolders.Of(Core, "Microsoft.ML.SimpleDiffusion");
        using var assembly = AssemblyDefinition.ReadAssembly(Core);
        var wrong = assembly.MainModule.Types
            .Where(type => files.TryGetValue(type.FullName, out var file) && file.Any(path => path.StartsWith(folder + "/", StringComparison.Ordinal)))
            .SelectMany(type => TypeReferences.Foreign(type).Where(name => name.StartsWith("TorchSharp", StringComparison.Ordinal)).Select(name => $"{type.Name} -> {name}"));

        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    public void Samplers_know_no_network_and_networks_no_diffusion()
    {
        var arrows = new FolderGraph(Core, "Microsoft.ML.SimpleDiffusion").Arrows.Select(arrow => (arrow.From.Split('/')[0], arrow.To.Split('/')[0])).ToHashSet();

        Assert.DoesNotContain(("Samplers", "Networks"), arrows);
        Assert.DoesNotContain(("Samplers", "Model"), arrows);
        Assert.DoesNotContain(("Networks", "Diffusion"), arrows);
    }

    [TestMethod]
    public void Files_are_short_and_have_one_public_type_each()
    {
        string source = SourceRoot.Find();
        var problems = new List<string>();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(source, "src"), "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/") && !file.Contains("/bin/")))
        {
            string[] lines = File.ReadAllLines(file);
            int types = lines.Count(line => line.StartsWith("public ", StringComparison.Ordinal) && new[] { " class ", " record ", " struct ", " enum ", " interface ", " delegate " }.Any(line.Contains));
            if (lines.Length > 300 || types > 1)
            {
                problems.Add($"{Path.GetRelativePath(source, file)}: {lines.Length} lines, {types} public types");
            }
        }

        Assert.IsEmpty(problems, string.Join('\n', problems));
    }
}
