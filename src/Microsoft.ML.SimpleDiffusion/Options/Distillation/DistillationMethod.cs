namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Where the target of a step comes from that a student is to make at once.</summary>
public enum DistillationMethod
{
    /// <summary>Several steps of the teacher, from the beginning of the student's step to its end. Default.</summary>
    Segment,

    /// <summary>
    /// Two steps of the student before, in stages that halve the number of steps (Salimans and Ho 2022). The first stage learns from the teacher. Each stage is a
    /// run of its own with an equal share of the steps.
    /// </summary>
    Progressive,

    /// <summary>One step of the teacher, and the student's own jump from there to the end (multistep consistency: Heek, Hoogeboom and Salimans 2024).</summary>
    Consistency,
}
