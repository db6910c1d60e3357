using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>Makes plain pictures: red tells the class (0, 40, 80, …), green comes from the seed.</summary>
internal sealed class FakeModel(ModelConfiguration configuration) : IGenerativeModel
{
    /// <summary>Requests of each call.</summary>
    public List<int> BatchSizes { get; } = [];

    public int Owners { get; private set; } = 1;

    public ModelConfiguration Configuration => configuration;

    public long ParameterCount => 0;

    public IGenerativeModel Share()
    {
        Owners++;
        return this;
    }

    public IGenerativeModel CopyTo(ComputeOptions compute, Action<string> warn) => throw new NotSupportedException();

    public byte[][] Generate(IReadOnlyList<GenerationRequest> requests, SamplingOptions sampling, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Owners == 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        BatchSizes.Add(requests.Count);
        return requests.Select(Picture).ToArray();
    }

    public string WriteWeights(Stream stream, IReadOnlyDictionary<string, string>? metadata = null, WeightPrecision precision = WeightPrecision.Float32) => string.Empty;

    public void Dispose() => Owners--;

    private static byte[] Picture(GenerationRequest request)
    {
        int area = TinyData.Side * TinyData.Side;
        var pixels = new byte[3 * area];
        pixels.AsSpan(0, area).Fill((byte)(40 * (request.Condition.ClassIndex ?? TinyData.Labels.Length)));
        pixels.AsSpan(area, area).Fill((byte)request.Seed);
        return pixels;
    }
}
