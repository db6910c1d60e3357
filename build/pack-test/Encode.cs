using Microsoft.ML;
using Microsoft.ML.Data;

// Encodes a caption, saves the encoder, and encodes with what is loaded.
var context = new MLContext(seed: 1);
var captions = context.Data.LoadFromEnumerable([new { Caption = "a small red circle" }]);
using (var encoder = context.Transforms.Text.EncodeMiniLM("Embedding", "Caption", maxTokens: 8).Fit(captions))
{
    context.Model.Save(encoder, captions.Schema, "encoder.zip");
}

var rows = context.Model.Load("encoder.zip", out _).Transform(captions);
float[] embedding = [.. rows.GetColumn<VBuffer<float>>("Embedding").Single().DenseValues()];

// Four words and two marks of eight tokens.
bool isEncoded = embedding.Length == 8 * 384 && embedding[(6 * 384) - 1] != 0 && embedding[6 * 384] == 0;
Console.WriteLine(isEncoded ? "Encoded." : "The embedding is not as it should be.");
return isEncoded ? 0 : 1;
