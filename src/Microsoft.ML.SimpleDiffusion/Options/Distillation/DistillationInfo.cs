using System.Text.Json.Serialization;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>What a distilled model has been made of and how. Stored with it.</summary>
public sealed record DistillationInfo
{
    /// <summary>How the targets were made.</summary>
    public required DistillationMethod Method { get; init; }

    /// <summary>Network evaluations in which the model draws, at the diffusion times 1 to 1 / steps in equal steps.</summary>
    public required int SamplingSteps { get; init; }

    /// <summary>Steps of the teacher from noise to image.</summary>
    public required int TeacherSteps { get; init; }

    /// <summary>The teacher's sampler.</summary>
    public required SamplerType TeacherSampler { get; init; }

    /// <summary>
    /// The teacher's guidance scale, which is part of the model; 1 for none. With <see cref="MaxGuidanceScale"/>, the one that the model draws with unless told
    /// otherwise.
    /// </summary>
    public required float GuidanceScale { get; init; }

    /// <summary>Largest guidance scale that the model can draw with, from 1 on; null where it knows one scale.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public float? MaxGuidanceScale { get; init; }

    /// <summary>Share of the way at which the teacher's guidance began.</summary>
    public required float GuidanceIntervalStart { get; init; }

    /// <summary>Share of the way at which it ended.</summary>
    public required float GuidanceIntervalEnd { get; init; }

    /// <summary>How far guided predictions were scaled back.</summary>
    public required float GuidanceRescale { get; init; }

    /// <summary>How the teacher kept its images in range.</summary>
    public required ThresholdingType TeacherThresholding { get; init; }

    /// <summary>Share of the steps that began from the student's own states.</summary>
    public required double OwnStateShare { get; init; }

    /// <summary>How often an answer of the teacher was used.</summary>
    public required int TargetReuse { get; init; }

    /// <summary>SHA-256 of the teacher's weights as a safetensors file, hexadecimal.</summary>
    public required string TeacherSha256 { get; init; }

    /// <summary>Optimizer steps that the teacher had seen.</summary>
    public required long TeacherTrainedSteps { get; init; }
}
