using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Text.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Text.Onnx;

/// <summary>Opens models on the device that is asked for.</summary>
internal static class OnnxSessions
{
    private const string CudaProvider = "CUDAExecutionProvider";

    /// <exception cref="FormatException">The file is not an ONNX file, or is damaged.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime or the device is missing.</exception>
    public static InferenceSession Open(string path, T5EncoderOptions options)
    {
        bool hasCuda = OnnxRuntimeEnvironment.Start().GetAvailableProviders().Contains(CudaProvider);
        if (hasCuda && options.Device != T5Device.Cpu)
        {
            try
            {
                return Open(path, options, onGpu: true);
            }
            catch (OnnxRuntimeException) when (options.Device == T5Device.Auto)
            {
                // No GPU, no driver, or too little memory: the CPU says whether the file is good.
            }
            catch (OnnxRuntimeException e)
            {
                throw new InvalidOperationException($"The T5 encoder cannot be opened on GPU {options.DeviceIndex}: {e.Message}", e);
            }
        }
        else if (options.Device == T5Device.Cuda)
        {
            throw new InvalidOperationException(
                "The T5 encoder is to run on a GPU, but the application brings the CPU build of ONNX Runtime: reference Microsoft.ML.OnnxRuntime.Gpu.Linux or .Gpu.Windows instead.");
        }

        try
        {
            return Open(path, options, onGpu: false);
        }
        catch (OnnxRuntimeException e)
        {
            throw new FormatException($"'{path}' is not an ONNX file that ONNX Runtime can open: {e.Message}", e);
        }
    }

    /// <summary>Opens a model in memory, which may be forgotten then, on the CPU.</summary>
    /// <param name="model">An ONNX file.</param>
    /// <param name="threads">Threads. Null: ONNX Runtime's own choice.</param>
    /// <exception cref="InvalidOperationException">There is no native ONNX Runtime.</exception>
    public static InferenceSession OpenOnCpu(byte[] model, int? threads)
    {
        _ = OnnxRuntimeEnvironment.Start();
        using var session = CreateOptions(threads);
        return new InferenceSession(model, session);
    }

    private static InferenceSession Open(string path, T5EncoderOptions options, bool onGpu)
    {
        using var session = CreateOptions(options.Threads);
        if (onGpu)
        {
            session.AppendExecutionProvider_CUDA(options.DeviceIndex);
        }

        return new InferenceSession(path, session);
    }

    private static SessionOptions CreateOptions(int? threads)
    {
        // Errors come as exceptions; what else ONNX Runtime has to say is not for the console of an application.
        var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        if (threads is int count)
        {
            options.IntraOpNumThreads = count;
        }

        return options;
    }
}
