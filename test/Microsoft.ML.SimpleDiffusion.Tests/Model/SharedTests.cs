using Microsoft.ML.SimpleDiffusion.Model;

namespace Microsoft.ML.SimpleDiffusion.Tests.Model;

[TestClass]
public class SharedTests
{
    [TestMethod]
    public void Last_owner_to_go_disposes_of_what_is_shared()
    {
        var value = new Value();
        var first = new Shared<Value>(value, nameof(SharedTests));
        var second = first.Share();

        first.Dispose();
        first.Dispose();
        Assert.IsFalse(value.IsDisposed);
        Assert.AreSame(value, second.Use(it => it));

        second.Dispose();
        Assert.IsTrue(value.IsDisposed);
    }

    [TestMethod]
    public void Owner_that_has_gone_can_neither_use_nor_share()
    {
        var gone = new Shared<Value>(new Value(), nameof(SharedTests));
        using var other = gone.Share();
        gone.Dispose();

        StringAssert.Contains(Assert.ThrowsExactly<ObjectDisposedException>(() => gone.Use(it => it)).ObjectName, nameof(SharedTests));
        Assert.ThrowsExactly<ObjectDisposedException>(gone.Share);
    }

    [TestMethod]
    public void What_is_closed_is_gone_for_all_owners_but_kept_for_the_last_to_dispose_of()
    {
        var value = new Value();
        var lender = new Shared<Value>(value, nameof(SharedTests));
        var borrower = lender.Share();

        lender.Close();

        Assert.ThrowsExactly<ObjectDisposedException>(() => borrower.Use(it => it));
        Assert.ThrowsExactly<ObjectDisposedException>(borrower.Share);
        Assert.IsFalse(value.IsDisposed);
        borrower.Dispose();
        Assert.IsTrue(value.IsDisposed);
    }

    [TestMethod]
    public void Uses_take_turns()
    {
        using var shared = new Shared<Value>(new Value(), nameof(SharedTests));
        int inside = 0, most = 0;

        Parallel.For(0, 20, _ => shared.Use(value =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Thread.Sleep(1);
            Interlocked.Decrement(ref inside);
            return value;
        }));

        Assert.AreEqual(1, most);
    }

    private sealed class Value : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
