using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Samplers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;

/// <summary>
/// Makes what a student is to learn: with N steps of its own and M = K N of its teacher's, the v that leads from z at a time t to the end of the student's step
/// that t lies in. The tensors go to the current dispose scope and need no gradient.
/// </summary>
/// <param name="student">The student.</param>
/// <param name="teacher">The teacher.</param>
/// <param name="steps">The student's steps N.</param>
internal sealed class JumpTargets(DenoisingModel student, TeacherSolver teacher, int steps)
{
    private int StepsPerSegment => teacher.Steps / steps;

    /// <summary>From noised images at the beginnings of the student's steps: K steps of the teacher each.</summary>
    /// <param name="x">Images [B, C, H, W].</param>
    /// <param name="noise">Noise [B, C, H, W].</param>
    /// <param name="times">Says which step each image is for [B], 0 to below 1.</param>
    /// <param name="conditions">What the images show.</param>
    public JumpExamples FromImages(Tensor x, Tensor noise, double[] times, ImageConditions conditions)
    {
        using var guard = no_grad();
        int[] segments = Places(times, steps);
        var z = ForwardProcess.Diffuse(x, noise, PerImage.Vector(LogSnr(segments, steps), x.device));
        return Segments(z, segments, conditions);
    }

    /// <summary>From where the student itself comes by on its way from noise.</summary>
    /// <inheritdoc cref="FromImages"/>
    public JumpExamples FromOwnStates(Tensor noise, double[] times, ImageConditions conditions)
    {
        using var guard = no_grad();
        int[] segments = Places(times, steps);
        return Segments(OwnStates(noise, segments, conditions), segments, conditions);
    }

    /// <summary>From noised images at any time of the teacher's: one step of the teacher, and the student's own jump from there to the end of its step.</summary>
    /// <inheritdoc cref="FromImages"/>
    public JumpExamples Consistent(Tensor x, Tensor noise, double[] times, ImageConditions conditions)
    {
        using var guard = no_grad();
        int[] from = Places(times, teacher.Steps);
        int[] ends = [.. from.Select(position => (position - 1) / StepsPerSegment * StepsPerSegment)];
        double[] start = LogSnr(from, teacher.Steps), end = LogSnr(ends, teacher.Steps);
        var z = ForwardProcess.Diffuse(x, noise, PerImage.Vector(start, x.device));
        var stepped = teacher.Solve(z, from, steps: 1, conditions);

        // Where the teacher's step ends, the student's own may end already; its angle is then 0, and the network is asked for nothing that counts.
        double[] middle = LogSnr([.. from.Select(position => position - 1)], teacher.Steps);
        double[] asked = [.. middle.Zip(start, (level, before) => double.IsPositiveInfinity(level) ? before : level)];
        var v = student.Predict(stepped, PerImage.Vector(asked, x.device), conditions);
        var landing = PerImage.Combine([.. middle.Zip(end, (level, last) => level == last ? new LinearCombination(1, 0) : Jump.Landing(level, last))], stepped, v);
        return Examples(z, start, end, landing, conditions);
    }

    private JumpExamples Segments(Tensor z, int[] segments, ImageConditions conditions)
    {
        int[] positions = [.. segments.Select(segment => segment * StepsPerSegment)];
        var landing = teacher.Solve(z, positions, StepsPerSegment, conditions);
        return Examples(z, LogSnr(segments, steps), LogSnr([.. segments.Select(segment => segment - 1)], steps), landing, conditions);
    }

    private static JumpExamples Examples(Tensor z, double[] start, double[] end, Tensor landing, ImageConditions conditions)
    {
        var velocity = PerImage.Combine([.. start.Zip(end, Jump.Velocity)], z, landing);
        return new JumpExamples(z, PerImage.Vector(start, z.device), velocity, conditions);
    }

    /// <summary>The student's way from noise, for each image as far as its step begins.</summary>
    private Tensor OwnStates(Tensor noise, int[] segments, ImageConditions conditions)
    {
        using var scope = NewDisposeScope();
        Tensor z = noise, states = noise;
        for (int position = steps; position > segments.Min(); position--)
        {
            double from = LogSnr(position, steps), to = LogSnr(position - 1, steps);
            z = Jump.Landing(from, to).Apply(z, student.Predict(z, from, conditions));
            var isThere = tensor(Array.ConvertAll(segments, segment => segment == position - 1), device: noise.device).view(-1, 1, 1, 1);
            states = where(isThere, z, states);
        }

        return states.alias().MoveToOuterDisposeScope();
    }

    /// <summary>The place of each time among equal steps: 1 for the last, which ends at the image.</summary>
    private static int[] Places(double[] times, int count) => Array.ConvertAll(times, time => Math.Min((int)(time * count), count - 1) + 1);

    private double[] LogSnr(int[] places, int count) => Array.ConvertAll(places, place => LogSnr(place, count));

    private double LogSnr(int place, int count) => SamplingPath.LogSnr(student.Schedule, place, count);
}
