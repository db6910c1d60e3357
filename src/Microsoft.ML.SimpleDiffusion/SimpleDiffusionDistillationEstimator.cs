using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Training;
using Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;
using Microsoft.ML.SimpleDiffusion.Training.Observers;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// Distills a trained model, the teacher, into a student that draws in a few evaluations of the network, guidance included. Create it with
/// <see cref="SimpleDiffusionCatalog.DistillSimpleDiffusion"/>.
/// </summary>
/// <remarks>
/// The student has the teacher's network and begins as the teacher. Its transformer is one like any other, saved, loaded and used alike; it draws in
/// <see cref="DistillationOptions.SamplingSteps"/> steps of DDIM at the guidance scale 1, or any of the scales that it has learnt, and refuses others. The teacher is not changed, and must live until
/// <c>Fit</c> returns.
/// </remarks>
public sealed class SimpleDiffusionDistillationEstimator : IEstimator<SimpleDiffusionTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly SimpleDiffusionTransformer _teacher;
    private readonly DistillationOptions _options;
    private readonly SamplingOptions _sampling;
    private readonly SimpleDiffusionOptions _student;

    internal SimpleDiffusionDistillationEstimator(IHostEnvironment environment, SimpleDiffusionTransformer teacher, DistillationOptions options)
    {
        _environment = environment;
        _teacher = teacher;
        _options = options.Clone();
        DistillationValidator.ValidateRanges(_options);
        var known = teacher.Options;
        _sampling = StudentOptions.TeacherSampling(_options, known, teacher.Distillation);
        DistillationValidator.Validate(_options, _sampling, known, teacher.Distillation);
        var drawing = known.Clone();
        drawing.Sampling = _sampling;
        OptionsValidator.Validate(drawing);
        _student = StudentOptions.Create(_options, known, _sampling.GuidanceScale);
        OptionsValidator.Validate(_student);
        EvaluationOptionsValidator.ValidateMetrics(_student.Training);
    }

    /// <summary>Distills the teacher, or goes on from the newest checkpoint of the same run.</summary>
    /// <param name="input">Images as in the teacher's training, and what they show. They may be other images of the same kind. Read once.</param>
    /// <returns>The student. Dispose of it to free its weights.</returns>
    /// <exception cref="ArgumentException">The data has what the teacher does not know.</exception>
    /// <exception cref="InvalidOperationException">A weight of the teacher is not finite; what <see cref="SimpleDiffusionEstimator.Fit(IDataView)"/> says.</exception>
    /// <exception cref="ObjectDisposedException">The teacher has been disposed of.</exception>
    /// <inheritdoc cref="SimpleDiffusionEstimator.Fit(IDataView)" path="/exception"/>
    public SimpleDiffusionTransformer Fit(IDataView input) => FitCore(input, validation: null);

    /// <summary>
    /// Distills the teacher and evaluates the student on other images as it goes on, as <see cref="SimpleDiffusionEstimator.Fit(IDataView, IDataView)"/> does. The
    /// validation loss is the distillation's own.
    /// </summary>
    /// <param name="input">Images as in the teacher's training, and what they show. Read once.</param>
    /// <param name="validation">Images that are not learnt from, in the same columns.</param>
    /// <inheritdoc cref="Fit(IDataView)" path="/returns|/exception"/>
    public SimpleDiffusionTransformer Fit(IDataView input, IDataView validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        return FitCore(input, validation);
    }

    /// <summary>Checks the columns and adds those that the student makes.</summary>
    /// <param name="inputSchema">Columns of the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        SimpleDiffusionEstimator.CheckColumns(inputSchema, _student);
        return SchemaShapes.With(inputSchema, GeneratedColumns.Shapes(_student));
    }

    private SimpleDiffusionTransformer FitCore(IDataView input, IDataView? validation)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = GetOutputSchema(SchemaShapes.Of(input.Schema));
        ValidationData.Check(input, validation, _student);
        using var teacher = Share();
        var job = new DistillationJob(Describe(teacher), teacher, _sampling);
        var student = Distillery.Run(_environment, new TrainingJob(_student, input) { Validation = validation, Distillation = job });
        return new SimpleDiffusionTransformer(_environment, new TorchGenerator(student));
    }

    private TrainedModel Share() => ((TorchGenerator)_teacher.Model).Model.Share();

    private DistillationInfo Describe(TrainedModel teacher) => new()
    {
        Method = _options.Method,
        SamplingSteps = _options.SamplingSteps,
        TeacherSteps = _sampling.Steps,
        TeacherSampler = _sampling.Sampler,
        GuidanceScale = _sampling.GuidanceScale,
        MaxGuidanceScale = _options.MaxGuidanceScale,
        GuidanceIntervalStart = _sampling.GuidanceIntervalStart,
        GuidanceIntervalEnd = _sampling.GuidanceIntervalEnd,
        GuidanceRescale = _sampling.GuidanceRescale,
        TeacherThresholding = _sampling.Thresholding,
        OwnStateShare = _options.OwnStateShare,
        TargetReuse = _options.TargetReuse,
        TeacherSha256 = teacher.HashWeights(),
        TeacherTrainedSteps = teacher.Configuration.TrainedSteps,
    };
}
