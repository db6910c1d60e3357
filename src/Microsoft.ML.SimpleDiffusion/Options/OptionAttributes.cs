namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Changes no bit of the weights of a step, or may change on purpose: a run that goes on from a checkpoint may have another value. On a group, all of it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MayChangeAttribute : Attribute;

/// <summary>Belongs to the machine at hand, as folders, devices and threads do: never stored, and not obeyed where a file has it. May change, too.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MachineOnlyAttribute : Attribute;

/// <summary>A sweep sets it itself, or no value of it makes a better model.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NotSweptAttribute : Attribute;

/// <summary>The validation loss of models that differ in it cannot be compared. On a group, all of it.</summary>
/// <param name="reason">Why.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NotComparedByLossAttribute(string reason) : Attribute
{
    public string Reason => reason;
}

/// <summary>Has an effect only where another option has one of some values.</summary>
/// <param name="option">The other option, such as Diffusion.Schedule.</param>
/// <param name="values">The values.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CountsWhereAttribute(string option, params object[] values) : Attribute
{
    public string Option => option;

    public IReadOnlyList<object> Values => values;
}

/// <summary>Has no effect where another option has some value.</summary>
/// <param name="option">The other option, such as Sampling.GuidanceScale.</param>
/// <param name="value">The value.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CountsUnlessAttribute(string option, object? value) : Attribute
{
    public string Option => option;

    public object? Value => value;
}
