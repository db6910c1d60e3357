using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>
/// An average of the weights of all steps in which the weight of step t grows as t^gamma (Karras et al. 2024, "Analyzing and improving the training dynamics of
/// diffusion models", section 3.1), so that it is as wide, relative to the run, at any length of the run.
/// </summary>
/// <param name="Gamma">The exponent, 0 or more.</param>
/// <param name="Step">Steps that have been averaged, 1 or more.</param>
internal readonly record struct PowerFunctionProfile(double Gamma, long Step)
{
    /// <summary>Standard deviation of the widest, over the length of the run: all steps count alike.</summary>
    public static double LargestWidth { get; } = Width(0);

    /// <summary>The profile of a relative width: the standard deviation of its steps over the length of the run.</summary>
    /// <param name="relativeWidth">Above 0 to <see cref="LargestWidth"/>.</param>
    /// <param name="step">Steps that have been averaged.</param>
    public static PowerFunctionProfile Of(double relativeWidth, long step)
    {
        // The width falls with gamma (equation 126 there): halve an interval that holds it.
        double low = 0, high = 1 / relativeWidth;
        for (int i = 0; i < 200; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Width(middle) > relativeWidth ? (middle, high) : (low, middle);
        }

        return new PowerFunctionProfile((low + high) / 2, step);
    }

    /// <summary>What is left of the average when a step is added to it, which is the last of <see cref="Step"/> (equation 127 there).</summary>
    public double Decay => Math.Pow(1 - (1.0 / Step), Gamma + 1);

    /// <summary>The integral of the product of two profiles over time (appendix C).</summary>
    public static double Product(PowerFunctionProfile a, PowerFunctionProfile b)
    {
        double ratio = (double)a.Step / b.Step, exponent = a.Step < b.Step ? b.Gamma : -a.Gamma;
        return (a.Gamma + 1) * (b.Gamma + 1) * Math.Pow(ratio, exponent) / ((a.Gamma + b.Gamma + 1) * Math.Max(a.Step, b.Step));
    }

    /// <summary>By what averages that were kept are to be multiplied so that their sum comes as close as can be to another (equation 131 there).</summary>
    /// <param name="kept">Profiles of those that were kept, all different.</param>
    /// <param name="wanted">Profile of the other.</param>
    public static double[] Coefficients(IReadOnlyList<PowerFunctionProfile> kept, PowerFunctionProfile wanted)
    {
        using var scope = NewDisposeScope();
        double[] length = [.. kept.Select(profile => Math.Sqrt(Product(profile, profile)))];
        var products = new double[kept.Count, kept.Count];
        var right = new double[kept.Count, 1];
        for (int i = 0; i < kept.Count; i++)
        {
            right[i, 0] = Product(kept[i], wanted) / length[i];
            for (int j = 0; j < kept.Count; j++)
            {
                products[i, j] = Product(kept[i], kept[j]) / (length[i] * length[j]);
            }
        }

        double[] solution = linalg.solve(tensor(products, device: CPU), tensor(right, device: CPU)).data<double>().ToArray();
        return [.. solution.Select((value, i) => value / length[i])];
    }

    private static double Width(double gamma) => Math.Sqrt(gamma + 1) / ((gamma + 2) * Math.Sqrt(gamma + 3));
}
