using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>Measures a model at its own sampling and in few steps, and the models that have been distilled to those.</summary>
/// <param name="model">The model.</param>
/// <param name="sampler">Generates with it.</param>
/// <param name="quality">Measures.</param>
/// <param name="options">Cancellation.</param>
internal sealed class FewStepsMeasures(SimpleDiffusionTransformer model, ReportSampler sampler, QualityMeasures quality, ReportOptions options)
{
    /// <summary>The distilled models and what generates with each.</summary>
    public required IReadOnlyList<(SimpleDiffusionTransformer Model, ReportSampler Sampler)> Students { get; init; }

    /// <summary>Size of the images.</summary>
    public required ImageSize Size { get; init; }

    /// <summary>Is told what is being done.</summary>
    public required Action<string> Say { get; init; }

    /// <summary>Generates and measures the same conditions in each way; the model's own come first, then by way and number of evaluations.</summary>
    /// <param name="labels">Classes asked for.</param>
    /// <param name="own">Images of the model at its own sampling.</param>
    /// <param name="ownMetrics">Their metrics.</param>
    public IReadOnlyList<FewStepsRow> Compare(IReadOnlyList<string> labels, IReadOnlyList<ImageRow> own, ImageGenerationMetrics ownMetrics)
    {
        var stored = model.Options.Sampling;
        var otherSeed = model.Options.Sampling;
        otherSeed.Seed = unchecked(stored.Seed + 1);
        var rows = new List<FewStepsRow>
        {
            Row(FewStepsWay.Own, $"this model, {Describe(stored)}", model, stored, own, ownMetrics),
            Draw(FewStepsWay.Own, $"this model, {Describe(stored)}, another seed", model, otherSeed, sampler, labels),
        };

        // A distilled model has no other steps and samplers than its own.
        int[] steps = model.Distillation is not null ? [] : [.. Students.Select(student => student.Model.Options.Sampling.Steps).Distinct().Order()];
        rows.AddRange(steps.Select(count => DrawInFew(FewStepsWay.Ddim, SamplerType.Ddim, count, labels)));
        rows.AddRange(steps.Select(count => DrawInFew(FewStepsWay.DpmSolver, SamplerType.DpmSolverPlusPlus2M, count, labels)));
        rows.AddRange(Students
            .OrderBy(student => student.Model.Options.Sampling.Steps)
            .Select(student => DrawWithStudent(student.Model, student.Sampler, labels)));
        return rows;
    }

    /// <summary>Evaluations of the network for an image: a guided step takes one with and one without the condition.</summary>
    /// <param name="known">Schedule and prediction.</param>
    /// <param name="sampling">Steps and guidance.</param>
    public static int CountEvaluations(SimpleDiffusionOptions known, SamplingOptions sampling)
        => SamplingPath.Create(sampling, known.Diffusion.Prediction, NoiseSchedules.Create(known), start: 1).Sum(step => step.IsGuided ? 2 : 1);

    private FewStepsRow DrawInFew(FewStepsWay way, SamplerType type, int steps, IReadOnlyList<string> labels)
    {
        var sampling = model.Options.Sampling;
        (sampling.Sampler, sampling.Steps, sampling.DdimEta) = (type, steps, 0);
        return Draw(way, $"this model, {Describe(sampling)}", model, sampling, sampler, labels);
    }

    private FewStepsRow DrawWithStudent(SimpleDiffusionTransformer student, ReportSampler with, IReadOnlyList<string> labels)
    {
        var sampling = student.Options.Sampling;
        sampling.Seed = model.Options.Sampling.Seed;
        return Draw(FewStepsWay.Student, Describe(student.Distillation!), student, sampling, with, labels);
    }

    private FewStepsRow Draw(FewStepsWay way, string name, SimpleDiffusionTransformer drawing, SamplingOptions sampling, ReportSampler with, IReadOnlyList<string> labels)
    {
        Say($"Generating {labels.Count} pictures for the section on few steps: {name} ...");
        var images = with.Generate(labels, sampling, options.CancellationToken);
        return Row(way, name, drawing, sampling, images, quality.Measure(images));
    }

    private FewStepsRow Row(
        FewStepsWay way, string name, SimpleDiffusionTransformer drawing, SamplingOptions sampling, IReadOnlyList<ImageRow> images, ImageGenerationMetrics metrics)
        => new(way, name, drawing.Distillation?.SamplingSteps ?? CountEvaluations(drawing.Options, sampling), QualityMeasures.Distance(metrics), metrics.ClassAgreement?.Overall, ImageRow.Some(images, Size));

    private static string Describe(SamplingOptions sampling) => $"{Steps(sampling.Steps)} of {Name(sampling.Sampler)}{Guidance(sampling.GuidanceScale)}";

    private static string Describe(DistillationInfo info)
        => $"distilled to {Steps(info.SamplingSteps)} ({info.Method}, from {Steps(info.TeacherSteps)} of {Name(info.TeacherSampler)}{Guidance(info.GuidanceScale)})";

    private static string Steps(int steps) => steps == 1 ? "1 step" : $"{steps} steps";

    private static string Guidance(float scale) => scale == 1 ? string.Empty : FormattableString.Invariant($", guidance {scale}");

    private static string Name(SamplerType sampler) => sampler switch
    {
        SamplerType.Ddpm => "DDPM",
        SamplerType.Ddim => "DDIM",
        SamplerType.DpmSolverPlusPlus2M => "DPM-Solver++ 2M",
        _ => $"{sampler}",
    };
}
