using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>A trained model that several transformers can share. Its weights live until the last owner has disposed of it.</summary>
internal interface IGenerativeModel : IDisposable
{
    ModelConfiguration Configuration { get; }

    long ParameterCount { get; }

    /// <summary>Adds an owner, who must dispose of the result.</summary>
    /// <exception cref="ObjectDisposedException">The last owner has gone.</exception>
    IGenerativeModel Share();

    /// <summary>The same model with weights of its own on a device.</summary>
    /// <param name="compute">Where and how it computes.</param>
    /// <param name="warn">Is told if it computes otherwise than it was trained.</param>
    /// <exception cref="InvalidOperationException">There is no such device, or it cannot compute in the precision.</exception>
    IGenerativeModel CopyTo(ComputeOptions compute, Action<string> warn);

    /// <summary>Generates one image per request, in order. Safe to call from several threads: calls take turns.</summary>
    /// <returns>For each request its pixels, planar [C, H, W], in the <see cref="Data.Imaging.PixelFormat"/> of the options; of a portrait upright, hence [C, W, H].</returns>
    byte[][] Generate(IReadOnlyList<GenerationRequest> requests, SamplingOptions sampling, CancellationToken cancellationToken);

    /// <summary>Writes the weights as a safetensors file.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="metadata">Additional texts.</param>
    /// <param name="precision">Of the numbers in the file.</param>
    /// <returns>The file's checksum.</returns>
    string WriteWeights(Stream stream, IReadOnlyDictionary<string, string>? metadata = null, WeightPrecision precision = WeightPrecision.Float32);
}
