namespace Microsoft.ML.SimpleDiffusion.Tool.Tests;

[TestClass]
public class SignalsTests
{
    [TestMethod]
    public void First_signal_asks_and_the_second_one_ends()
    {
        var ended = new List<int>();
        using var signals = new Signals(ended.Add);
        signals.Stop(ExitCodes.Terminated);
        Assert.IsTrue(signals.Token.IsCancellationRequested);
        Assert.AreEqual(ExitCodes.Terminated, signals.ExitCode);
        Assert.IsEmpty(ended);
        signals.Stop(ExitCodes.Interrupted);
        CollectionAssert.AreEqual(new[] { ExitCodes.Interrupted }, ended);
    }

    [TestMethod]
    public void Command_that_does_not_stop_is_ended()
    {
        using var ended = new BlockingCollectionOfCodes();
        using var signals = new Signals(ended.Add);
        signals.Stop(ExitCodes.Interrupted);
        Assert.AreEqual(ExitCodes.Interrupted, ended.Take(TimeSpan.FromSeconds(30)));
    }

    private sealed class BlockingCollectionOfCodes : IDisposable
    {
        private readonly System.Collections.Concurrent.BlockingCollection<int> _codes = [];

        public void Add(int code) => _codes.Add(code);

        public int? Take(TimeSpan timeout) => _codes.TryTake(out int code, timeout) ? code : null;

        public void Dispose() => _codes.Dispose();
    }
}
