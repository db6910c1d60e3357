using System.Diagnostics;
using Microsoft.ML.SimpleDiffusion.Onnx.Export;
using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Export;

/// <summary>What ONNX's own checker says of exports, where it is installed: Debian's package python3-onnx, which build/check-onnx.sh brings.</summary>
[TestClass]
public class CheckerTests
{
    private const string Python = "/usr/bin/python3";

    private const string Script = """
        import sys, onnx
        for path in sys.argv[1:]:
            onnx.checker.check_model(path, full_check=True)
        """;

    private static readonly SamplingOptions[] Samplers =
    [
        new() { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 5, GuidanceIntervalStart = 0.3f, GuidanceIntervalEnd = 0.6f, Thresholding = ThresholdingType.Dynamic },
        new() { Sampler = SamplerType.Ddim, Steps = 5 },
        new() { Sampler = SamplerType.Ddpm, Steps = 5, GuidanceRescale = 0.5f, Thresholding = ThresholdingType.None },
    ];

    [TestMethod]
    [DataRow(OnnxPrecision.Float32, 1_900_000_000L)]
    [DataRow(OnnxPrecision.Float32, 1L)]
    [DataRow(OnnxPrecision.Float16, 1_900_000_000L)]
    public void Checker_of_ONNX_accepts_every_export(OnnxPrecision precision, long externalFrom)
    {
        if (!File.Exists(Python) || Run("import onnx").ExitCode != 0)
        {
            Assert.Inconclusive("Skipped: the checker of ONNX, python3-onnx, is not installed.");
        }

        using var folder = new TemporaryFolder();
        for (int i = 0; i < NetworkCase.All.Count; i++)
        {
            var configuration = NetworkCase.All[i].Configure();
            using var model = NetworkCase.Create(configuration);
            ModelExporter.Export(model, configuration, folder.File($"{i}.onnx"), new OnnxExportOptions { Precision = precision, ExternalDataFromBytes = externalFrom });
            configuration.Options.Sampling = Samplers[i % Samplers.Length].Clone();
            configuration.Options.Sampling.GuidanceScale = configuration.Condition.Kind == ConditionKind.None ? 1 : 3;
            ModelExporter.Export(
                model, configuration, folder.File($"sampler.{i}.onnx"), new OnnxExportOptions { Precision = precision, ExternalDataFromBytes = externalFrom, WholeSampler = true });
        }

        var (exitCode, errors) = Run(Script, Directory.GetFiles(folder.Path, "*.onnx"));

        Assert.AreEqual(0, exitCode, errors);
    }

    private static (int ExitCode, string Errors) Run(string script, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", script, .. arguments]) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
