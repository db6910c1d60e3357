// Generates a grid of images from a saved model, in a process that only generates.
using ExampleData;
using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion;

if (args.Length < 2)
{
    Console.Error.WriteLine("Usage: LoadAndGenerate MODEL.zip GRID.png [LABEL OR CAPTION ...]");
    return 1;
}

return ConsoleProgram.Run(stop =>
{
    using var model = new MLContext().Model.LoadChecked(args[0], out _) as SimpleDiffusionTransformer ?? throw new FormatException($"'{args[0]}' is no image generator.");
    string[] conditions = args[2..];

    // Without labels or captions: a row for each class that the model knows.
    model.GenerateGrid(args[1], conditions.Length > 0 ? conditions : null, columns: 8, seed: 1, cancellationToken: stop);
    Console.WriteLine($"Wrote {args[1]}");
});
