// Writes the whole sampler of a saved model as one ONNX file, which the page beside it draws with.
using ExampleData;
using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.Onnx;

if (args.Length != 2)
{
    Console.Error.WriteLine("Usage: Export MODEL.zip MODEL.onnx");
    return 1;
}

return ConsoleProgram.Run(_ =>
{
    using var model = new MLContext().Model.LoadChecked(args[0], out var _) as SimpleDiffusionTransformer ?? throw new FormatException($"'{args[0]}' is no image generator.");
    model.SaveAsOnnx(args[1], new OnnxExportOptions { WholeSampler = true });
    Console.WriteLine($"Wrote {args[1]}: {model.Options.Sampling.Sampler} in {model.Options.Sampling.Steps} steps");
});
