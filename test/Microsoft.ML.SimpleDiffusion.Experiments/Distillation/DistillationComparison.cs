using Microsoft.ML.SimpleDiffusion.Experiments.Ablations;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Distillation;

/// <summary>Distills one teacher in several ways at equal cost, and measures the students and the teacher's own samplers.</summary>
internal sealed class DistillationComparison(ModelMeasurement measurement, DirectoryInfo output, Action<string> log, CancellationToken cancellationToken)
{
    /// <summary>Steps of the fast sampler that few steps have to be better than.</summary>
    private const int BestSteps = 16;

    /// <summary>Other noise than that of all other rows: what two draws differ by.</summary>
    private const int OtherSeed = 7;

    private readonly MLContext _context = new(1);

    /// <summary>Steps of DDPM that the teacher is measured at, which the others are compared with.</summary>
    public required int ReferenceSteps { get; init; }

    public required int Budget { get; init; }

    public required int BatchSize { get; init; }

    public required double LearningRate { get; init; }

    public required IReadOnlyList<int> Steps { get; init; }

    public required IReadOnlyList<int> Seeds { get; init; }

    public required IReadOnlyList<string> Variants { get; init; }

    /// <summary>A Markdown table.</summary>
    public string Measure()
    {
        var rows = new List<string> { "| model | evaluations | classifier distance | less the floor, over the teacher's | right class | precision | recall |", "| --- | --- | --- | --- | --- | --- | --- |" };
        var reference = OfTeacher(SamplerType.Ddpm, ReferenceSteps);
        double room = reference.Distance - measurement.Baseline.Floor;
        AddTeacher(reference, SamplerType.Ddpm, ReferenceSteps);
        AddTeacher(OfTeacher(SamplerType.DpmSolverPlusPlus2M, BestSteps), SamplerType.DpmSolverPlusPlus2M, BestSteps);
        Add("teacher, DpmSolverPlusPlus2M, other noise", BestSteps, [OfTeacher(SamplerType.DpmSolverPlusPlus2M, BestSteps, OtherSeed)]);
        foreach (int steps in Steps)
        {
            foreach (var sampler in (SamplerType[])[SamplerType.Ddim, SamplerType.DpmSolverPlusPlus2M])
            {
                AddTeacher(OfTeacher(sampler, steps), sampler, steps);
            }

            foreach (var variant in DistillationVariant.All.Where(variant => Variants.Count == 0 || Variants.Contains(variant.Name)))
            {
                var results = Seeds.Select(seed => OfStudent(variant, steps, seed)).ToList();
                Add($"student, {variant.Name}", steps, results);
            }
        }

        rows.Add(Invariant($"| *real pictures, unseen by the classifier* | | {measurement.Baseline.Floor:F2} | | {measurement.Baseline.Agreement:P1} | | |"));
        rows.Add(string.Empty);
        return string.Join('\n', rows);

        void AddTeacher(Quality result, SamplerType sampler, int steps) => Add($"teacher, {sampler}", steps, [result]);

        void Add(string name, int steps, IReadOnlyList<Quality> results)
        {
            double[] distances = [.. results.Select(result => result.Distance)];
            string spread = distances.Length > 1 ? Invariant($" ({distances.Min():F2} to {distances.Max():F2})") : string.Empty;
            rows.Add(Invariant($"| {name} | {steps} | {distances.Average():F2}{spread} | {(distances.Average() - measurement.Baseline.Floor) / room:F2} | {results.Average(result => result.Agreement):P1} | {results.Average(result => result.Precision):F2} | {results.Average(result => result.Recall):F2} |"));
            log(rows[^1]);
        }
    }

    private Quality OfTeacher(SamplerType sampler, int steps, int seed = 0)
    {
        var sampling = measurement.Model.Options.Sampling;
        (sampling.Sampler, sampling.Steps, sampling.Seed) = (sampler, steps, seed);
        using var transformer = measurement.Model.WithSampling(sampling);
        return measurement.Measure(transformer).Quality;
    }

    private Quality OfStudent(DistillationVariant variant, int steps, int seed)
    {
        var teacher = measurement.Model.Options;
        var options = new DistillationOptions
        {
            SamplingSteps = steps,
            Method = variant.Method,
            OwnStateShare = variant.OwnStateShare,
            TargetReuse = variant.TargetReuse,
            ImageColumnName = nameof(Picture.Pixels),
            ConditionColumnName = nameof(Picture.Label),
            Seed = seed,
            Compute = teacher.Compute,
        };
        double cost = variant.CostPerStep(steps, StudentOptions.TeacherSampling(options, teacher, distilled: null));
        options.Training.Steps = Math.Max(1, (int)(Budget / cost));
        options.Training.BatchSize = BatchSize;
        options.Training.LearningRate = LearningRate;
        options.Training.CancellationToken = cancellationToken;
        var pictures = PictureSet.View(_context, measurement.Others, teacher.ImageHeight);
        var data = _context.Transforms.Conversion.MapValueToKey(nameof(Picture.Label)).Fit(pictures).Transform(pictures);
        using var student = _context.Transforms.DistillSimpleDiffusion(measurement.Model, options).Fit(data);
        string name = Invariant($"{variant.Name.Replace(", ", "-").Replace(' ', '-')}-{steps}-seed-{seed}");
        student.GenerateGrid(Path.Combine(output.FullName, name + ".png"), cancellationToken: cancellationToken);
        var quality = measurement.Measure(student).Quality;
        log(Invariant($"{variant.Name}, {steps} steps, seed {seed}: {options.Training.Steps} training steps, {quality}"));
        return quality;
    }
}
