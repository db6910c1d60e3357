using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests;

[TestClass]
public class CommandLineTests
{
    private static readonly string[] Commands = ["", "train", "distill", "generate", "evaluate", "report", "export", "export safetensors", "sweep", "sweep join", "info", "doctor"];

    [TestMethod]
    [DataRow("trian", "trian")]
    [DataRow("train", "Required argument 'images' missing")]
    [DataRow("train a --validation 0.9", "--validation is a share of the images, from 0 to 0.5.")]
    [DataRow("train a --size 0", "'0' is no size of images")]
    [DataRow("train a --size 1x2x3", "'1x2x3' is no size of images")]
    [DataRow("train a --preset Big", "Big")]
    [DataRow("train a --captions c.tsv --unconditional", "--captions and --unconditional exclude each other.")]
    [DataRow("train a --set Training.Steps", "'Training.Steps' sets nothing")]
    [DataRow("train a --config none.json", "none.json")]
    [DataRow("train a --device Quantum", "Quantum")]
    [DataRow("info a --threads 0", "--threads must be 1 to 4096.")]
    [DataRow("generate m --count 0", "--count must be 1 or more.")]
    [DataRow("generate m --count many", "Cannot parse argument 'many' for option '--count'")]
    [DataRow("train a --validation much", "Cannot parse argument 'much' for option '--validation'")]
    [DataRow("train a --steps 99999999999", "Cannot parse argument '99999999999' for option '--steps'")]
    [DataRow("sweep a --trials 1", "--trials must be 2 or more.")]
    [DataRow("sweep a --validation 0", "--validation is a share of the images, above 0 and at most 0.5.")]
    [DataRow("sweep a --vary Training.LearningRate=1..0", "is no range")]
    public void Wrong_command_line_is_told_what_is_wrong(string line, string message)
    {
        var run = ToolRun.Of(line.Split(' '));
        Assert.AreEqual(ExitCodes.Usage, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, message);
    }

    [TestMethod]
    public void Help_is_as_the_documentation_shows_it()
    {
        string written = Path.Combine(SourceRoot.Find(), "docs", "command-line.md");
        string help = string.Join('\n', Commands.Select(command => $"## {$"simple-diffusion {command}".Trim()}\n\n```\n{Help(command)}\n```\n"));
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") is not null)
        {
            string text = File.ReadAllText(written);
            File.WriteAllText(written, text[..(text.IndexOf("<!-- help -->", StringComparison.Ordinal) + "<!-- help -->".Length)] + "\n\n" + help);
        }

        StringAssert.Contains(File.ReadAllText(written).ReplaceLineEndings("\n"), help, "Run this test with UPDATE_DOCS=1 to write the new help into docs/command-line.md.");
    }

    private static string Help(string command)
    {
        var run = ToolRun.Of([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.AreEqual(ExitCodes.Success, run.ExitCode);
        return string.Join('\n', run.Output.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).Trim();
    }
}
