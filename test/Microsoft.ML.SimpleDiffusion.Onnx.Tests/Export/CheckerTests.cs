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
