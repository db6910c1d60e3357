// Generates one image from a saved model in a fresh process. The library is only referenced: none of its types is named.
using Microsoft.ML;
using Microsoft.ML.Data;

if (args.Length != 3)
{
    Console.Error.WriteLine("Usage: LoadAndGenerate MODEL.zip LABEL OUTPUT.png");
    return 1;
}

var context = new MLContext();
ITransformer model = context.Model.Load(args[0], out _);
IDataView request = context.Data.LoadFromEnumerable([new Request { Label = args[1] }]);
IDataView generated = model.Transform(request);

var column = generated.Schema["GeneratedImage"];
using var cursor = generated.GetRowCursor([column]);
var getter = cursor.GetGetter<MLImage>(column);
cursor.MoveNext();
MLImage image = null!;
getter(ref image);
image.Save(args[2]);
Console.WriteLine($"{args[1]}: {image.Width}x{image.Height} pixels in {args[2]}");
return 0;

/// <summary>A row to generate for.</summary>
internal sealed class Request
{
    public string Label { get; set; } = string.Empty;
}
