using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Onnx.TestHost;

// Loads a model in a process of its own that names no type of the library, generates an image, and prints the sum of its pixels, then the libraries in
// memory that have to do with torch.
if (args is not [var model, var column, var label])
{
    Console.Error.WriteLine("Arguments: MODEL COLUMN LABEL");
    return 2;
}

var context = new MLContext(1);
var transformer = context.Model.Load(model, out _);
var rows = transformer.Transform(context.Data.LoadFromEnumerable([new Row { Label = label, Seed = 5 }]));
double sum = rows.GetColumn<VBuffer<float>>(column).Single().DenseValues().Sum(value => (double)value);
Console.WriteLine(sum.ToString("R", CultureInfo.InvariantCulture));
(transformer as IDisposable)?.Dispose();

// TorchSharp's managed assembly may be there: it is its native libraries that make up the size.
string[] libraries = File.Exists("/proc/self/maps") ? [.. File.ReadAllLines("/proc/self/maps").Select(line => Path.GetFileName(line.Split(' ')[^1])).Distinct()] : [];
Console.WriteLine(string.Join(',', libraries.Where(name => name.Contains(".so", StringComparison.Ordinal) && (name.Contains("torch", StringComparison.OrdinalIgnoreCase) || name.Contains("c10", StringComparison.Ordinal)))));
Console.WriteLine(libraries.Any(name => name.StartsWith("libonnxruntime", StringComparison.Ordinal)));
return 0;
