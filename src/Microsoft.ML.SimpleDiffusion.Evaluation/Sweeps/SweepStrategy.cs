namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>How a sweep chooses its trials and shares out the training steps.</summary>
public enum SweepStrategy
{
    /// <summary>Every combination of <see cref="SweepOptions.GridPoints"/> values per range and all values per choice, each trained to the end.</summary>
    Grid,

    /// <summary>Independent draws, uniform or log-uniform over each range (Bergstra and Bengio 2012), each trained to the end.</summary>
    Random,

    /// <summary>
    /// Draws as in <see cref="Random"/>, trained a little; the best part of them goes on with <see cref="SweepOptions.HalvingFactor"/> times the steps, and
    /// so on until the last are trained to the end (Jamieson and Talwalkar 2016). A survivor goes on from its own checkpoint.
    /// </summary>
    SuccessiveHalving,
}
