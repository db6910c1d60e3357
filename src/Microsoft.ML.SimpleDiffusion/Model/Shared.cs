namespace Microsoft.ML.SimpleDiffusion.Model;

/// <summary>
/// One of several owners of something, which lives until the last of them has gone. Uses take turns, and none begins when it is gone or ends after it.
/// </summary>
/// <typeparam name="T">What is shared.</typeparam>
internal sealed class Shared<T> : IDisposable
    where T : class, IDisposable
{
    private readonly Body _body;
    private readonly string _owner;
    private bool _disposed;

    /// <summary>The first owner.</summary>
    /// <param name="value">What is to be shared. It is disposed of with its last owner.</param>
    /// <param name="owner">What errors say has been disposed of.</param>
    public Shared(T value, string owner)
        : this(new Body(value), owner)
    {
    }

    private Shared(Body body, string owner) => (_body, _owner) = (body, owner);

    /// <summary>Adds an owner.</summary>
    /// <exception cref="ObjectDisposedException">This one has gone.</exception>
    public Shared<T> Share()
    {
        lock (_body.Lock)
        {
            ThrowIfGone();
            _body.Owners++;
            return new Shared<T>(_body, _owner);
        }
    }

    /// <summary>Uses what is shared, when it is its turn.</summary>
    /// <exception cref="ObjectDisposedException">This owner has gone.</exception>
    public TResult Use<TResult>(Func<T, TResult> use)
    {
        lock (_body.Lock)
        {
            ThrowIfGone();
            return use(_body.Value);
        }
    }

    /// <summary>Ends it for all owners: what was lent is taken back.</summary>
    public void Close()
    {
        lock (_body.Lock)
        {
            _body.IsClosed = true;
        }

        Dispose();
    }

    public void Dispose()
    {
        lock (_body.Lock)
        {
            if (!_disposed)
            {
                _disposed = true;
                _body.Owners--;
                if (_body.Owners == 0)
                {
                    _body.Value.Dispose();
                }
            }
        }
    }

    private void ThrowIfGone()
    {
        if (_disposed || _body.IsClosed)
        {
            throw new ObjectDisposedException(_owner, $"This {_owner} has been disposed of, and with it what it shared.");
        }
    }

    private sealed class Body(T value)
    {
        public T Value { get; } = value;

        public Lock Lock { get; } = new();

        public int Owners { get; set; } = 1;

        public bool IsClosed { get; set; }
    }
}
