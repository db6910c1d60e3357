using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>What TorchSharp throws for an error of libtorch.</summary>
internal sealed class NativeException(string message) : ExternalException(message);
