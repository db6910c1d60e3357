using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Interop;

[TestClass]
public sealed class TelemetryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Nothing_is_written_to_the_home_of_who_encodes_captions()
    {
        Encode();

        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder.File("home"), "*", SearchOption.AllDirectories));
    }

    /// <summary>Were there nothing to turn off, the other test would show nothing.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Telemetry_is_on_for_those_who_want_it()
    {
        Encode(("ORT_DISABLE_TELEMETRY", "0"));

        Assert.IsNotEmpty(Directory.GetFiles(_folder.File("home"), "*", SearchOption.AllDirectories));
    }

    private void Encode(params (string Name, string? Value)[] environment)
    {
        var context = new MLContext(1);
        using (var transformer = Fixture.Fit(context, Fixture.Options()))
        {
            context.Model.Save(transformer, Fixture.View(context, "x").Schema, _folder.File("model.zip"));
        }

        string home = Directory.CreateDirectory(_folder.File("home")).FullName;
        var (exitCode, _, errors) = TestHostProcess.Run(
            [_folder.File("model.zip"), "TextEmbedding", "a small red circle"],
            [.. FreshHome.Variables(home), .. environment]);
        Assert.AreEqual(0, exitCode, errors);
    }
}
