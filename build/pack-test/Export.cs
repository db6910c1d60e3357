// The exporting half of the pack test's ONNX step: a model.zip becomes an ONNX file.
using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.Onnx;

using var model = (SimpleDiffusionTransformer)new MLContext(seed: 1).Model.LoadChecked(args[0], out _);
model.SaveAsOnnx(args[1]);
