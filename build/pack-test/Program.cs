// The console program of the pack test: draws a few images, trains on them, saves, and generates in a process of its own.
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.Transforms.Image;

const int Size = 8;
var context = new MLContext(seed: 1);
switch (args)
{
    case ["draw", var folder]:
        for (int i = 0; i < 16; i++)
        {
            string label = i % 2 == 0 ? "dark" : "light";
            var pixels = new byte[4 * Size * Size];
            Array.Fill(pixels, (byte)(label == "dark" ? i : 255 - i));
            for (int alpha = 3; alpha < pixels.Length; alpha += 4)
            {
                pixels[alpha] = byte.MaxValue;
            }

            Directory.CreateDirectory(Path.Combine(folder, label));
            MLImage.CreateFromPixels(Size, Size, MLPixelFormat.Rgba32, pixels).Save(Path.Combine(folder, label, $"{i}.png"));
        }

        return 0;

    case ["train", var folder, var modelFile]:
        IDataView files = context.Data.LoadFromEnumerable(Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Order()
            .Select(path => new { ImagePath = path, Label = Path.GetFileName(Path.GetDirectoryName(path)!) }));
        IDataView keyed = context.Transforms.Conversion.MapValueToKey("Label").Fit(files).Transform(files);
        var options = new SimpleDiffusionOptions { ImageColumnName = "ImagePath", ConditionColumnName = "Label", ImageHeight = Size, ImageWidth = Size, Seed = 1 };
        options.Training.Steps = 4;
        options.Training.BatchSize = 4;
        options.Sampling.Steps = 4;
        using (var trained = context.Transforms.SimpleDiffusion(options).Fit(keyed))
        {
            context.Model.SaveAtomically(trained, files.Schema, modelFile);
        }

        return 0;

    case ["generate", var modelFile, var imageFile]:
        ITransformer model = context.Model.LoadChecked(modelFile, out _);
        using (var engine = context.Model.CreatePredictionEngine<Request, Generated>(model))
        {
            MLImage image = engine.Predict(new Request { Label = "dark" }).GeneratedImage;
            image.Save(imageFile);
            Console.WriteLine($"{image.Width}x{image.Height} pixels");
        }

        return 0;

    default:
        return 2;
}

internal sealed class Request
{
    public string Label { get; set; } = string.Empty;
}

internal sealed class Generated
{
    [ImageType(8, 8)]
    public MLImage GeneratedImage { get; set; } = null!;
}
