using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// Losses as files name them: by their names, but for <see cref="LossType.Sigmoid"/>. What earlier versions wrote under that name is another loss, and a
/// run must not go on with a loss that it has not begun with.
/// </summary>
internal sealed class LossTypeConverter : JsonConverter<LossType>
{
    private const string Sigmoid = "SigmoidWithSlope";
    private const string FormerSigmoid = "Sigmoid";

    /// <summary>The name in files.</summary>
    public static string NameOf(LossType loss) => loss == LossType.Sigmoid ? Sigmoid : loss.ToString();

    /// <inheritdoc/>
    public override LossType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        if (name == FormerSigmoid)
        {
            return LossType.SigmoidWithoutSlope;
        }

        var named = Array.FindAll(Enum.GetValues<LossType>(), loss => NameOf(loss) == name);
        return named.Length == 1 ? named[0] : throw new JsonException($"There is no loss '{name}'.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LossType value, JsonSerializerOptions options) => writer.WriteStringValue(NameOf(value));
}
