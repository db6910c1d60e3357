using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.TestHost;

/// <summary>Trainings that a launcher starts on several ranks, without saying so: what they do is what any program does.</summary>
internal static class RankCommands
{
    private const int Stop = 19;

    /// <summary>Is written when it happens.</summary>
    private const string FaultFile = "fault";

    /// <summary>A training with all that the bits of a run may depend on; saves the model beside its checkpoints.</summary>
    public static int Train(string folder, string steps, string stopAt)
    {
        var context = new MLContext(1);
        var options = Options(folder, int.Parse(steps, CultureInfo.InvariantCulture));
        options.Training.StopAtStep = int.Parse(stopAt, CultureInfo.InvariantCulture);
        options.Training.Optimizer = OptimizerType.Muon;
        options.Training.PowerFunctionAverages = true;
        options.Training.GradientClipNorm = 0.1;
        options.Network.Dropout = 0.1f;
        options.Network.ActivationCheckpointing = true;
        using var model = context.Transforms.SimpleDiffusion(options).Fit(Captions(context));
        model.SaveAsSafetensors(Path.Combine(folder, "model"));
        return 0;
    }

    /// <summary>Distills a model; saves the student.</summary>
    public static int Distill(string teacher, string folder)
    {
        var context = new MLContext(1);
        using var model = SimpleDiffusionTransformer.LoadFromSafetensors(context, teacher);
        var options = new DistillationOptions
        {
            ConditionColumnName = "Label",
            SamplingSteps = 2,
            Training = { Steps = 6, BatchSize = 4, GradientAccumulation = 4 },
            Compute = { Device = ComputeDevice.Cpu, Precision = ComputePrecision.Float32, Threads = 1 },
        };
        using var student = context.Transforms.DistillSimpleDiffusion(model, options).Fit(Captions(context));
        student.SaveAsSafetensors(Path.Combine(folder, "model"));
        return 0;
    }

    /// <summary>A training without end, in which something befalls one rank after the first checkpoints.</summary>
    public static int Suffer(string folder, string fault)
    {
        var context = new MLContext(1);
        var options = Options(folder, steps: 1_000_000);
        options.Compute.RankTimeoutSeconds = 5;
        bool isVictim = Rank == 1;
        if (isVictim && fault is not ("data" or "none"))
        {
            new Thread(() => Befall(fault, folder)).Start();
        }

        var rows = TinyData.Rows(24).ToList();
        if (isVictim && fault == "data")
        {
            rows[5].Image = [];
        }

        context.Transforms.SimpleDiffusion(options).Fit(context.Data.LoadFromEnumerable(rows)).Dispose();
        return 0;
    }

    /// <summary>A training whose options differ between ranks or do not suit several.</summary>
    public static int Differ(string folder, string how)
    {
        var context = new MLContext(1);
        var options = Options(folder, steps: 2);
        switch (how)
        {
            case "steps":
                options.Training.Steps += Rank;
                break;
            case "folder":
                options.Training.CheckpointDirectory = Rank == 0 ? folder : null;
                break;
            default:
                options.Training.GradientAccumulation = 1;
                break;
        }

        context.Transforms.SimpleDiffusion(options).Fit(Captions(context)).Dispose();
        return 0;
    }

    private static int Rank => int.Parse(
        Environment.GetEnvironmentVariable("OMPI_COMM_WORLD_RANK") ?? Environment.GetEnvironmentVariable("PMI_RANK") ?? "0", CultureInfo.InvariantCulture);

    private static SimpleDiffusionOptions Options(string folder, int steps)
    {
        var options = TinyData.Options(steps);
        options.Training.BatchSize = 4;
        options.Training.GradientAccumulation = 4;
        options.Training.CheckpointDirectory = folder;
        options.Training.CheckpointEverySteps = 2;
        return options;
    }

    /// <summary>Texts in place of classes.</summary>
    private static IDataView Captions(MLContext context) => context.Data.LoadFromEnumerable(TinyData.Rows(24));

    private static void Befall(string fault, string folder)
    {
        while (!Directory.Exists(folder) || Directory.GetFiles(folder, "checkpoint-*.safetensors").Length < 2)
        {
            Thread.Sleep(10);
        }

        File.WriteAllText(Path.Combine(folder, FaultFile), string.Empty);
        switch (fault)
        {
            case "throw":
                throw new InvalidOperationException("The program made a mistake.");
            case "kill":
                Process.GetCurrentProcess().Kill();
                break;
            case "exit":
                Environment.Exit(7);
                break;
            default:
                _ = Signal(Environment.ProcessId, Stop);
                break;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);
}
