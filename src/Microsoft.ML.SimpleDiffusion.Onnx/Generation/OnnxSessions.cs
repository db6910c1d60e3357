using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Onnx.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Onnx.Persistence;
using Microsoft.ML.SimpleDiffusion.Text.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Generation;

/// <summary>Opens checked models on the device that is asked for.</summary>
internal static class OnnxSessions
{
    private const string CudaProvider = "CUDAExecutionProvider";
    private const string ExternalFolder = "session.model_external_initializers_file_folder_path";

    /// <param name="model">The checked ONNX file.</param>
    /// <param name="externalFolder">Folder of its large weights, or null.</param>
    /// <param name="options">Device.</param>
    /// <exception cref="FormatException">ONNX Runtime cannot open the model.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime or the device is missing.</exception>
    public static InferenceSession Open(ModelFile model, string? externalFolder, OnnxGenerationOptions options)
    {
        bool hasCuda = HasCuda();
        if (options.SessionOptions is SessionOptions given)
        {
            return Open(model, externalFolder, given);
        }

        if (options.Device == OnnxDevice.Cuda && !hasCuda)
        {
            throw new InvalidOperationException(
                "The model is to run on a GPU, but the application brings the CPU build of ONNX Runtime: reference Microsoft.ML.OnnxRuntime.Gpu.Linux or .Gpu.Windows instead.");
        }

        if (hasCuda && options.Device != OnnxDevice.Cpu)
        {
            string? missing = CudaLibraries.FindMissing();
            try
            {
                return missing is null ? OpenOn(model, externalFolder, options, onGpu: true) : throw new InvalidOperationException(missing);
            }
            catch (Exception e) when (e is OnnxRuntimeException or InvalidOperationException or FormatException && options.Device == OnnxDevice.Auto)
            {
                // No GPU, no CUDA, or too little memory: the CPU says whether the model is good.
            }
            catch (OnnxRuntimeException e)
            {
                throw new InvalidOperationException($"The model cannot be opened on GPU {options.DeviceIndex}: {e.Message}", e);
            }
        }

        return OpenOn(model, externalFolder, options, onGpu: false);
    }

    /// <exception cref="InvalidOperationException">There is no native ONNX Runtime.</exception>
    private static bool HasCuda() => OnnxRuntimeEnvironment.Start().GetAvailableProviders().Contains(CudaProvider);

    private static InferenceSession OpenOn(ModelFile model, string? externalFolder, OnnxGenerationOptions options, bool onGpu)
    {
        // Errors come as exceptions; what else ONNX Runtime has to say is not for the console of an application.
        using var session = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        session.IntraOpNumThreads = options.Threads ?? 0;
        if (onGpu)
        {
            session.AppendExecutionProvider_CUDA(options.DeviceIndex);
        }

        return Open(model, externalFolder, session);
    }

    private static InferenceSession Open(ModelFile model, string? externalFolder, SessionOptions session)
    {
        try
        {
            if (externalFolder is not null)
            {
                session.AddSessionConfigEntry(ExternalFolder, externalFolder);
            }

            return model.Content is byte[] content ? new InferenceSession(content, session) : new InferenceSession(model.Path, session);
        }
        catch (OnnxRuntimeException e)
        {
            throw new FormatException($"ONNX Runtime cannot open the model: {e.Message}", e);
        }
    }
}
