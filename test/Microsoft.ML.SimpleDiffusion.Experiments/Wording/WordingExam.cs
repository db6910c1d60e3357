using System.Globalization;
using System.Text;
using ExampleData.Scenes;
using Microsoft.ML.SimpleDiffusion.Experiments.Judging;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Wording;

/// <summary>Generates pictures of captions in the words of the training and in others, and has them judged. The i-th picture of a kind is made from the i-th noise.</summary>
/// <param name="judge">The judge.</param>
/// <param name="pictures">Pictures of each kind of caption.</param>
/// <param name="guidance">The guidance scale.</param>
/// <param name="samplingSteps">Network evaluations per picture.</param>
internal sealed class WordingExam(ObjectJudge judge, int pictures, float guidance, int samplingSteps)
{
    /// <summary>A table in Markdown: a row for each kind of caption and each model.</summary>
    /// <param name="generators">The models with their names.</param>
    public string Report(IReadOnlyList<(string Name, PictureGenerator Generator)> generators)
    {
        var table = new StringBuilder().AppendLine("| captions | encoder | pictures | right | colours | shapes | sizes |").AppendLine("| --- | --- | --- | --- | --- | --- | --- |");
        Append(Phrasing.Trained.Name, Phrasing.Trained, isHeldOut: false);
        Append("held-out pairs of colour and shape, " + Phrasing.Trained.Name, Phrasing.Trained, isHeldOut: true);
        foreach (var phrasing in Phrasing.Unseen)
        {
            Append(phrasing.Name, phrasing, isHeldOut: false);
        }

        AppendRow("*drawn pictures that the judge has not seen*", string.Empty, string.Empty, judge.Test());
        return table.ToString();

        void Append(string captions, Phrasing phrasing, bool isHeldOut)
        {
            SceneObject[] kinds = [.. ObjectDataSet.All.Where(what => ObjectDataSet.IsHeldOut(what) == isHeldOut)];
            SceneObject[] objects = [.. Enumerable.Range(0, pictures).Select(i => kinds[i % kinds.Length])];
            foreach (var (name, generator) in generators)
            {
                var made = generator.Generate(objects.Select(phrasing.Caption), guidance, samplingSteps);
                AppendRow(captions, name, pictures.ToString(CultureInfo.InvariantCulture), judge.Assess(objects, made));
            }
        }

        void AppendRow(string captions, string encoder, string count, (double Right, double Colours, double Shapes, double Sizes) score) => table.AppendLine(string.Create(
            CultureInfo.InvariantCulture, $"| {captions} | {encoder} | {count} | {score.Right:P1} | {score.Colours:P1} | {score.Shapes:P1} | {score.Sizes:P1} |"));
    }
}
