using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Text.TestHost;

// Loads a model in a process of its own that names no type of the library, encodes a caption, and prints the sum of its embeddings.
if (args is not [var model, var column, var text])
{
    Console.Error.WriteLine("Arguments: MODEL COLUMN TEXT");
    return 2;
}

var context = new MLContext(1);
var transformer = context.Model.Load(model, out _);
var rows = transformer.Transform(context.Data.LoadFromEnumerable([new Row { Caption = text }]));
double sum = rows.GetColumn<VBuffer<float>>(column).Single().DenseValues().Sum(value => (double)value);
Console.WriteLine(sum.ToString("R", CultureInfo.InvariantCulture));
(transformer as IDisposable)?.Dispose();
return 0;
