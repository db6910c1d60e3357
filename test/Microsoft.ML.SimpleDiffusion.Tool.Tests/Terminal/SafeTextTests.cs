using Microsoft.ML.SimpleDiffusion.Tool.Terminal;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests.Terminal;

[TestClass]
public class SafeTextTests
{
    [TestMethod]
    [DataRow("Ähre, 星, 🌻 and 'quotes'", "Ähre, 星, 🌻 and 'quotes'")]
    [DataRow("two\nlines", "two\nlines")]
    [DataRow("\u001b[2Jgone", "\\u001b[2Jgone")]
    [DataRow("a\rb\tc\bd\u007f", "a\\u000db\\u0009c\\u0008d\\u007f")]
    [DataRow("\u009b31mred", "\\u009b31mred")]
    [DataRow("gnp.\u202eexe", "gnp.\\u202eexe")]
    public void What_would_command_a_terminal_is_shown_instead(string text, string shown) => Assert.AreEqual(shown, SafeText.Of(text));

    [TestMethod]
    public void Nothing_that_the_program_writes_commands_the_terminal()
    {
        var run = ToolRun.Of("info", "\u001b[31m[bold]model.zip");
        Assert.AreEqual(ExitCodes.Failure, run.ExitCode);
        Assert.DoesNotContain('\u001b', run.Error + run.Output);
        StringAssert.Contains(run.Error, "\\u001b[31m[bold]model.zip");
    }
}
