// Generates a grid of images from a saved model, in a process that only generates. Without arguments from the model that lies beside it.
using ExampleData;
using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion;

string[] tiles = ["brick wall, wall", "grass, floor", "scroll", "book, book", "gateway portal, gateways", "fire dragon, monster dragons"];
string source = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "DungeonTiles");
string grid = args.Length > 1 ? args[1] : "tiles.png";
string[]? conditions = args.Length > 2 ? args[2..] : args.Length == 0 ? tiles : null;

return ConsoleProgram.Run(stop =>
{
    var context = new MLContext();
    using var model = Directory.Exists(source)
        ? SimpleDiffusionTransformer.LoadFromSafetensors(context, source)
        : context.Model.LoadChecked(source, out _) as SimpleDiffusionTransformer ?? throw new FormatException($"'{source}' is no image generator.");

    // Without labels or captions: a row for each class that the model knows.
    model.GenerateGrid(grid, conditions, columns: 8, seed: 1, cancellationToken: stop);
    Console.WriteLine($"Wrote {grid}");
});
