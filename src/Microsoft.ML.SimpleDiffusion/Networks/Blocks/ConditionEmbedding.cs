using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// Embeds log-SNR, class, portrait flag, the mean of the text, the guidance scale and how a training image has been transformed. The log-SNR enters linearly
/// ('logsnr_input_type': linear), scaled to [0, 1] by the schedule's own limits, which shift along with the schedule (appendix A).
/// </summary>
internal sealed class ConditionEmbedding : nn.Module<Tensor, ImageConditions, Tensor>, IZeroInitialized
{
    private const double TimeScale = 1000;

    /// <summary>By what a guidance scale is multiplied before its sines and cosines are taken, so that scales 0.01 apart can be told apart.</summary>
    internal const double GuidanceUnit = 100;

    private const string FrequenciesName = "frequencies";

    private readonly Linear _dense1;
    private readonly Linear _dense2;
    private readonly Embedding? _classes;
    private readonly Embedding? _portrait;
    private readonly Linear? _text;
    private readonly Linear? _guidance;
    private readonly Linear? _augmentation;
    private readonly Linear? _uncertainty;
    private readonly double _logSnrMin;
    private readonly double _logSnrMax;

    // Constants: a buffer, so that they move with the network. Files hold parameters only. (TorchSharp 0.107 does not move buffers that are not persistent.)
    [ComponentName(Name = FrequenciesName)]
    private readonly Tensor _frequencies;

    public ConditionEmbedding(EmbeddingPlan plan, double logSnrMin, double logSnrMax, Device device)
        : base(nameof(ConditionEmbedding))
    {
        _logSnrMin = logSnrMin;
        _logSnrMax = logSnrMax;
        _frequencies = Frequencies(plan.Features, device).DetachFromDisposeScope();
        register_buffer(FrequenciesName, _frequencies);
        _dense1 = this.Add(plan.Dense1);
        _dense2 = this.Add(plan.Dense2);
        _classes = plan.Classes is null ? null : this.Add(plan.Classes);
        _portrait = plan.Portrait is null ? null : this.Add(plan.Portrait);
        _text = plan.Text is null ? null : this.Add(plan.Text);
        _guidance = plan.Guidance is null ? null : this.Add(plan.Guidance);
        _augmentation = plan.Augmentation is null ? null : this.Add(plan.Augmentation);
        _uncertainty = plan.Uncertainty is null ? null : this.Add(plan.Uncertainty);
    }

    /// <summary>A student begins as its teacher, whatever the scale, a network as one that is not told of transformations, and all noise levels as equally certain.</summary>
    public IEnumerable<nn.Module> ZeroInitialized => new nn.Module?[] { _guidance, _augmentation, _uncertainty }.OfType<nn.Module>();

    /// <param name="logSnr">Log-SNR of each image [B].</param>
    /// <param name="conditions">Classes, portrait flags, encoded text and guidance scales, as far as the network knows them, and how images have been transformed, if they have.</param>
    /// <returns>The embedding after its last swish [B, E].</returns>
    public override Tensor forward(Tensor logSnr, ImageConditions conditions)
    {
        using var scope = NewDisposeScope();
        var h = _dense1.forward(Features(logSnr));
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

        if (_guidance is not null)
        {
            var scale = conditions.GuidanceScale ?? throw new ArgumentException("The network needs guidance scales.", nameof(conditions));
            h = h + _guidance.forward(Sinusoids((scale - 1) * GuidanceUnit, _frequencies));
        }

        // Without a bias: of images that have not been transformed nothing is to be said.
        if (_augmentation is not null && conditions.Augmentation is not null)
        {
            h = h + _augmentation.forward(conditions.Augmentation);
        }

        return nn.functional.silu(h).MoveToOuterDisposeScope();
    }

    /// <summary>Logarithm of the loss that the network has learnt to expect at noise levels [B].</summary>
    /// <param name="logSnr">Their log-SNR [B].</param>
    public Tensor LogUncertainty(Tensor logSnr)
    {
        using var scope = NewDisposeScope();
        var layer = _uncertainty ?? throw new InvalidOperationException("The network does not learn how large its loss is.");
        return layer.forward(Features(logSnr)).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>Sines and cosines of log-SNRs [B], scaled to 0 to 1000: [B, features].</summary>
    private Tensor Features(Tensor logSnr)
    {
        using var u = (logSnr - _logSnrMin) * (TimeScale / (_logSnrMax - _logSnrMin));
        return Sinusoids(u, _frequencies);
    }

    /// <summary>Frequencies 10000^(-i / (half - 1)) for i = 0 .. half - 1, as float32 [width / 2].</summary>
    internal static Tensor Frequencies(int width, Device device)
    {
        int half = width / 2;
        double step = Math.Log(10_000) / Math.Max(half - 1, 1);
        return tensor(Enumerable.Range(0, half).Select(i => (float)Math.Exp(-step * i)).ToArray(), device: device);
    }

    /// <summary>
    /// Sine and cosine features of numbers [B] at geometrically spaced frequencies (Vaswani et al. 2017; Ho et al. 2020): sines, then cosines,
    /// [B, 2 * frequencies].
    /// </summary>
    internal static Tensor Sinusoids(Tensor values, Tensor frequencies)
    {
        using var scope = NewDisposeScope();
        var angles = values.unsqueeze(1) * frequencies.unsqueeze(0);
        return cat([angles.sin(), angles.cos()], dim: 1).MoveToOuterDisposeScope();
    }
}
