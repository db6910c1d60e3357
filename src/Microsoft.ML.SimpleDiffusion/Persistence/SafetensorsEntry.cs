namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>What a safetensors header says about one tensor.</summary>
/// <param name="Name">Its key.</param>
/// <param name="DataType">Such as F32.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">Byte after the last.</param>
internal sealed record SafetensorsEntry(string Name, string DataType, long[] Shape, long Begin, long End);
