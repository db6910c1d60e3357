using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>Checks that distilled models can be compared with the one that a report is about.</summary>
internal static class StudentsValidator
{
    /// <param name="students">The distilled models.</param>
    /// <param name="model">The reported model.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is none, or draws other images.</exception>
    /// <exception cref="ObjectDisposedException">One has been disposed of.</exception>
    public static void Validate(IReadOnlyList<SimpleDiffusionTransformer> students, SimpleDiffusionTransformer model)
    {
        for (int i = 0; i < students.Count; i++)
        {
            Validate($"{nameof(ReportOptions.Students)}[{i}]", students[i], model);
        }
    }

    private static void Validate(string name, SimpleDiffusionTransformer student, SimpleDiffusionTransformer model)
    {
        Require.NotNull(name, student);
        Check(student.Distillation is not null, "must be a distilled model, as DistillSimpleDiffusion makes them: this one has been trained");
        var (own, known) = (student.Options, model.Options);
        Check(
            (own.ImageHeight, own.ImageWidth, own.Channels) == (known.ImageHeight, known.ImageWidth, known.Channels),
            $"must draw pictures of {Size(known)} like the reported model, not of {Size(own)}");
        PixelFormat pixels = PixelFormat.Of(own), wanted = PixelFormat.Of(known);
        Check(pixels == wanted, $"must draw pixels of {wanted} like the reported model, not of {pixels}");
        var (condition, expected) = (student.Model.Configuration.Condition, model.Model.Configuration.Condition);
        Check(
            (condition.Kind, condition.EmbeddingLength, condition.EmbeddingWidth) == (expected.Kind, expected.EmbeddingLength, expected.EmbeddingWidth),
            $"must be asked for pictures as the reported model is ({Asked(expected)}), not otherwise ({Asked(condition)})");
        Check(
            condition.ClassLabels.ToHashSet().SetEquals(expected.ClassLabels),
            $"must know the classes of the reported model and no others: {Different(condition.ClassLabels, expected.ClassLabels)}");

        // Told before minutes of work instead of after.
        student.Model.Share().Dispose();

        void Check(bool holds, string requirement) => Require.That(name, value: null, holds, requirement);
    }

    private static string Size(SimpleDiffusionOptions options) => $"{options.ImageHeight}×{options.ImageWidth} with {options.Channels} channels";

    private static string Asked(ConditionDescription condition) => condition.Kind switch
    {
        ConditionKind.None => "unconditional",
        ConditionKind.Class => "by class",
        ConditionKind.Text => "by text",
        _ => $"by embeddings of {condition.EmbeddingLength}×{condition.EmbeddingWidth}",
    };

    private static string Different(IReadOnlyList<string> own, IReadOnlyList<string> expected)
        => expected.Except(own).FirstOrDefault() is string missing ? $"it does not know '{missing}'" : $"'{own.Except(expected).FirstOrDefault()}' is not among them";
}
