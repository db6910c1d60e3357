using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Onnx;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.TestSupport.Workload;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

/// <summary>Generation by ONNX Runtime over generation by libtorch.</summary>
internal static class OnnxFigures
{
    private const int Steps = 4;
    private const int Batch = 2;
    private const int Repetitions = 8;
    private const int StartSteps = 10;
    private const int Starts = 7;
    private const string Label = "class 3";

    public static void Print()
    {
        foreach (int threads in new[] { 1, 2 })
        {
            string suffix = threads == 1 ? "1-thread" : "2-threads";
            Step($"onnx-over-libtorch-step-quickstart-{suffix}", Workloads.QuickStart(), threads);
            Step($"onnx-over-libtorch-step-{suffix}", Workloads.Benchmark(), threads);
            Step($"onnx-over-libtorch-step-large-{suffix}", Workloads.Large(), threads);
        }

        Start();
    }

    /// <summary>Whole generations in single precision from the same rows, so that noise, sampler and conversion count as well.</summary>
    private static void Step(string name, SimpleDiffusionOptions options, int threads)
    {
        var context = new MLContext(1);
        var rows = context.Data.LoadFromEnumerable(Enumerable.Range(0, Batch).Select(i => new Row { Label = $"class {i % 10}" }).ToList());
        options.Compute.Threads = threads;
        options.OutputPixelsColumnName = FirstImage.Pixels;
        options.Sampling.Steps = Steps;
        using var workload = new SamplingWorkload(options);
        using var torch = workload.ToTransformer(context);
        using var folder = new TemporaryFolder();
        torch.SaveAsOnnx(folder.File("model.onnx"));
        using var onnx = context.Transforms.ApplySimpleDiffusionOnnx(folder.File("model.onnx"), new OnnxGenerationOptions { Threads = threads }).Fit(rows);
        var (first, second) = Timing.SecondsInTurns(() => Generate(torch, rows), () => Generate(onnx, rows), Repetitions);
        Summary.Line(name, second.Min() / first.Min());
        Summary.Line($"{name}-median", Timing.Median(second) / Timing.Median(first));
    }

    /// <summary>Processes that load a model.zip and generate one image in ten steps, in turns.</summary>
    private static void Start()
    {
        var options = Workloads.QuickStart();
        options.OutputPixelsColumnName = FirstImage.Pixels;
        options.Sampling.Steps = StartSteps;
        options.Compute = new ComputeOptions();
        var context = new MLContext(1);
        var rows = context.Data.LoadFromEnumerable([new Row { Label = Label }]);
        using var workload = new SamplingWorkload(options);
        using var torch = workload.ToTransformer(context);
        using var folder = new TemporaryFolder();
        torch.SaveAsOnnx(folder.File("model.onnx"));
        using var onnx = context.Transforms.ApplySimpleDiffusionOnnx(folder.File("model.onnx")).Fit(rows);
        context.Model.Save(torch, rows.Schema, folder.File("torch.zip"));
        context.Model.Save(onnx, rows.Schema, folder.File("onnx.zip"));
        var (torches, onnxes) = (new List<(double Seconds, double Bytes)>(), new List<(double Seconds, double Bytes)>());
        for (int i = 0; i < Starts; i++)
        {
            torches.Add(FirstImage.Of(folder.File("torch.zip"), Label));
            onnxes.Add(FirstImage.Of(folder.File("onnx.zip"), Label));
        }

        Summary.Line("onnx-over-libtorch-first-image", onnxes.Min(run => run.Seconds) / torches.Min(run => run.Seconds));
        Summary.Line("onnx-over-libtorch-first-image-median", Timing.Median(onnxes.Select(run => run.Seconds)) / Timing.Median(torches.Select(run => run.Seconds)));
        Summary.Line("onnx-over-libtorch-resident-memory", onnxes.Min(run => run.Bytes) / torches.Min(run => run.Bytes));
    }

    private static void Generate(ITransformer transformer, IDataView rows) => _ = transformer.Transform(rows).GetColumn<VBuffer<float>>(FirstImage.Pixels).ToArray();

    private sealed class Row
    {
        public string Label { get; set; } = string.Empty;
    }
}
