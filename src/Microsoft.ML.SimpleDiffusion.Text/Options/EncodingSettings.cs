namespace Microsoft.ML.SimpleDiffusion.Text;

/// <summary>What the options of all encoders have in common, whatever they are called.</summary>
/// <param name="OutputColumnName">Name of the column of embeddings.</param>
/// <param name="InputColumnName">Name of the column of captions.</param>
/// <param name="MaxTokens">Tokens of a caption; what is longer is cut.</param>
/// <param name="TokensPerBatch">Most tokens that go through the encoder at once.</param>
/// <param name="ReadAheadRows">Most rows that are read ahead.</param>
internal sealed record EncodingSettings(string OutputColumnName, string InputColumnName, int MaxTokens, int TokensPerBatch, int ReadAheadRows);
