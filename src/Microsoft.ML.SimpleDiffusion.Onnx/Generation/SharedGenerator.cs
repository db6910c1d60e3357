namespace Microsoft.ML.SimpleDiffusion.Onnx.Generation;

/// <summary>One of several owners of a generator, which lives until the last owner has gone and the last use has ended. Uses run side by side.</summary>
internal sealed class SharedGenerator : IDisposable
{
    private const string OwnerName = "SimpleDiffusionOnnxTransformer";

    private readonly Body _body;
    private bool _disposed;

    /// <summary>The first owner.</summary>
    public SharedGenerator(OnnxGenerator generator)
        : this(new Body(generator))
    {
    }

    private SharedGenerator(Body body) => _body = body;

    /// <summary>Adds an owner.</summary>
    /// <exception cref="ObjectDisposedException">This one has gone.</exception>
    public SharedGenerator Share()
    {
        Enter();
        return new SharedGenerator(_body);
    }

    /// <exception cref="ObjectDisposedException">This owner has gone.</exception>
    public TResult Use<TResult>(Func<OnnxGenerator, TResult> use)
    {
        Enter();
        try
        {
            return use(_body.Generator);
        }
        finally
        {
            Leave();
        }
    }

    public void Dispose()
    {
        lock (_body.Lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        Leave();
    }

    private void Enter()
    {
        lock (_body.Lock)
        {
            if (_disposed)
            {
                throw new ObjectDisposedException(OwnerName, $"This {OwnerName} has been disposed of, and with it what it shared.");
            }

            _body.References++;
        }
    }

    private void Leave()
    {
        lock (_body.Lock)
        {
            _body.References--;
            if (_body.References == 0)
            {
                _body.Generator.Dispose();
            }
        }
    }

    private sealed class Body(OnnxGenerator generator)
    {
        public OnnxGenerator Generator { get; } = generator;

        public Lock Lock { get; } = new();

        /// <summary>Owners and uses.</summary>
        public int References { get; set; } = 1;
    }
}
