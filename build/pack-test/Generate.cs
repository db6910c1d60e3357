// The generating half of the pack test's ONNX step: an image from an ONNX file, in a program without libtorch.
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Onnx;
using Microsoft.ML.Transforms.Image;

var context = new MLContext(seed: 1);
IDataView rows = context.Data.LoadFromEnumerable([new Request()]);
using var model = context.Transforms.ApplySimpleDiffusionOnnx(args[0]).Fit(rows);
using (var engine = context.Model.CreatePredictionEngine<Request, Generated>(model, new PredictionEngineOptions { OwnsTransformer = false }))
{
    engine.Predict(new Request()).GeneratedImage.Save(args[1]);
}

string[] torch = [.. File.ReadLines("/proc/self/maps").Where(line => line.Contains("torch", StringComparison.OrdinalIgnoreCase) && line.EndsWith(".so", StringComparison.Ordinal))];
Console.WriteLine($"{torch.Length} native libraries of torch in memory");
return torch.Length == 0 ? 0 : 1;

internal sealed class Request
{
    public string Label { get; set; } = "dark";
}

internal sealed class Generated
{
    [ImageType(8, 8)]
    public MLImage GeneratedImage { get; set; } = null!;
}
