using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// Embeds log-SNR, class, portrait flag and the mean of the text. The log-SNR enters linearly ('logsnr_input_type': linear), scaled to [0, 1] by the schedule's own limits, which
/// shift along with the schedule (appendix A).
/// </summary>
internal sealed class ConditionEmbedding : nn.Module<Tensor, ImageConditions, Tensor>
{
    private const double TimeScale = 1000;
    private const string FrequenciesName = "frequencies";

    private readonly Linear _dense1;
    private readonly Linear _dense2;
    private readonly Embedding? _classes;
    private readonly Embedding? _portrait;
    private readonly Linear? _text;
    private readonly double _logSnrMin;
    private readonly double _logSnrMax;

    // Constants: a buffer, so that they move with the network. Files hold parameters only. (TorchSharp 0.107 does not move buffers that are not persistent.)
    [ComponentName(Name = FrequenciesName)]
    private readonly Tensor _frequencies;

    public ConditionEmbedding(NetworkSpecification specification, double logSnrMin, double logSnrMax, Device device)
        : base(nameof(ConditionEmbedding))
    {
        _logSnrMin = logSnrMin;
        _logSnrMax = logSnrMax;
        _frequencies = SinusoidalFeatures.Frequencies(specification.BaseChannels, device).DetachFromDisposeScope();
        _dense1 = Layers.Dense(specification.BaseChannels, specification.EmbeddingChannels);
        _dense2 = Layers.Dense(specification.EmbeddingChannels, specification.EmbeddingChannels);
        register_buffer(FrequenciesName, _frequencies);
        register_module("dense1", _dense1);
        register_module("dense2", _dense2);
        if (specification.ClassCount > 0)
        {
            // The last row is "no condition".
            _classes = nn.Embedding(specification.ClassCount + 1, specification.EmbeddingChannels);
            register_module("classes", _classes);
        }

        if (specification.HasPortraitFlag)
        {
            // The first row is landscape, the second portrait.
            _portrait = nn.Embedding(2, specification.EmbeddingChannels);
            register_module("portrait", _portrait);
        }

        if (specification.Text is { } text)
        {
            _text = Layers.Dense(text.Width, specification.EmbeddingChannels);
            register_module("text", _text);
        }
    }

    /// <param name="logSnr">Log-SNR of each image [B].</param>
    /// <param name="conditions">Classes, portrait flags and encoded text, as far as the network knows them.</param>
    /// <returns>The embedding after its last swish [B, E].</returns>
    public override Tensor forward(Tensor logSnr, ImageConditions conditions)
    {
        using var scope = NewDisposeScope();
        var u = (logSnr - _logSnrMin) * (TimeScale / (_logSnrMax - _logSnrMin));
        var h = _dense1.forward(SinusoidalFeatures.Of(u, _frequencies));
        h = _dense2.forward(nn.functional.silu(h));
        if (_classes is not null)
        {
            h = h + _classes.forward(conditions.Classes ?? throw new ArgumentException("The network needs classes.", nameof(conditions)));
        }

        if (_portrait is not null)
        {
            h = h + _portrait.forward(conditions.Portrait ?? throw new ArgumentException("The network needs portrait flags.", nameof(conditions)));
        }

        if (_text is not null)
        {
            h = h + _text.forward(conditions.EncodedText?.Pooled ?? throw new ArgumentException("The network needs encoded text.", nameof(conditions)));
        }

        return nn.functional.silu(h).MoveToOuterDisposeScope();
    }
}
