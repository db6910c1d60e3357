namespace Microsoft.ML.SimpleDiffusion;

/// <summary>How the log signal-to-noise ratio falls with diffusion time (section 3.1).</summary>
public enum ScheduleType
{
    /// <summary>The cosine schedule, whatever the image size.</summary>
    Cosine,

    /// <summary>The cosine schedule shifted by 2 log(noise resolution / image resolution) (equation 5).</summary>
    ShiftedCosine,

    /// <summary>An interpolation between two shifted schedules, which bears more guidance (appendix A).</summary>
    InterpolatedCosine,
}
