using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.SimpleDiffusion.Text.Onnx;

/// <summary>The names and types of an encoder's inputs and output.</summary>
/// <param name="IdsAreInt32">Whether ids and mask are int32 rather than int64.</param>
/// <param name="Output">Name of the output [batch, sequence, width].</param>
/// <param name="OutputIsFloat16">Whether the output is float16 rather than float32.</param>
/// <param name="TakesTypes">Whether there is an input that tells a pair's sentences apart, as BERT's have.</param>
internal sealed record EncoderSignature(bool IdsAreInt32, string Output, bool OutputIsFloat16, bool TakesTypes)
{
    public const string Ids = "input_ids";
    public const string Mask = "attention_mask";
    public const string Types = "token_type_ids";
    private const string UsualOutput = "last_hidden_state";
    private static readonly string[] DecoderInputs = ["decoder", "encoder_hidden_states", "encoder_outputs", "past_key"];

    /// <summary>Names of the inputs.</summary>
    public IReadOnlyList<string> Inputs => InputsOf(TakesTypes);

    /// <exception cref="InvalidOperationException">This is not the signature of a text encoder.</exception>
    public static EncoderSignature Of(IReadOnlyDictionary<string, NodeMetadata> inputs, IReadOnlyDictionary<string, NodeMetadata> outputs, bool takesTypes)
    {
        if (inputs.Keys.FirstOrDefault(name => Array.Exists(DecoderInputs, part => name.Contains(part, StringComparison.OrdinalIgnoreCase))) is string input)
        {
            throw Unfit($"has a decoder in it: its inputs include '{input}'. Export the encoder alone");
        }

        string[] expected = InputsOf(takesTypes);
        if (inputs.Count != expected.Length || !expected.All(inputs.ContainsKey))
        {
            throw Unfit($"has the inputs {List(inputs.Keys)}: expected {string.Join(" and ", expected.Select(name => $"'{name}'"))}");
        }

        var type = inputs[Ids].ElementType;
        if ((type != typeof(long) && type != typeof(int)) || inputs[Mask].ElementType != type)
        {
            throw Unfit($"takes '{Ids}' as {type.Name} and '{Mask}' as {inputs[Mask].ElementType.Name}: expected Int64 or Int32 for both");
        }

        string output = FindOutput(outputs);
        return new EncoderSignature(type == typeof(int), output, outputs[output].ElementType == typeof(Float16), takesTypes);
    }

    private static string[] InputsOf(bool takesTypes) => takesTypes ? [Ids, Mask, Types] : [Ids, Mask];

    private static string FindOutput(IReadOnlyDictionary<string, NodeMetadata> outputs)
    {
        if (outputs.TryGetValue(UsualOutput, out var usual) && IsHiddenState(usual))
        {
            return UsualOutput;
        }

        string[] candidates = outputs.Where(output => IsHiddenState(output.Value)).Select(output => output.Key).ToArray();
        return candidates.Length == 1
            ? candidates[0]
            : throw Unfit($"has the outputs {List(outputs.Keys)}: expected '{UsualOutput}', or one output, of float32 or float16 [batch, sequence, width]");
    }

    private static bool IsHiddenState(NodeMetadata output)
        => output.IsTensor && output.Dimensions.Length == 3 && (output.ElementType == typeof(float) || output.ElementType == typeof(Float16));

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));

    private static InvalidOperationException Unfit(string what) => new($"The ONNX model {what}.");
}
