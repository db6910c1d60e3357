using System.Globalization;
using System.Text;
using ExampleData.Scenes;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Judging;

/// <summary>Generates pictures of scenes that were trained on and of scenes that were held out, and has them judged.</summary>
/// <param name="generator">The model.</param>
/// <param name="judge">The judge.</param>
/// <param name="picturesPerRow">Pictures of each kind at each guidance scale; the scenes and the noise are the same at all scales.</param>
/// <param name="samplingSteps">Network evaluations per picture.</param>
internal sealed class Exam(PictureGenerator generator, Judge judge, int picturesPerRow, int samplingSteps)
{
    /// <summary>A table in Markdown.</summary>
    public string Report(IReadOnlyList<float> guidanceScales)
    {
        var table = new StringBuilder()
            .AppendLine("| combinations | guidance | pictures | right | colours | shapes | relation | sizes |")
            .AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (bool isHeldOut in new[] { false, true })
        {
            var scenes = Choose(isHeldOut);
            foreach (float scale in guidanceScales)
            {
                var pictures = generator.Generate(scenes.Select(scene => scene.Caption), scale, samplingSteps);
                Append(isHeldOut ? "held out" : "trained", scale.ToString(CultureInfo.InvariantCulture), judge.Assess(scenes, pictures));
            }
        }

        Append("*drawn pictures that the judge has not seen*", string.Empty, judge.Test());
        return table.ToString();

        void Append(string combinations, string guidance, Score score) => table.AppendLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {combinations} | {guidance} | {score.Count} | {score.Right:P1} | {score.Colours:P1} | {score.Shapes:P1} | {score.Relation:P1} | {score.Sizes:P1} |"));
    }

    private Scene[] Choose(bool isHeldOut)
    {
        var scenes = Scene.All.Where(scene => scene.IsHeldOut == isHeldOut).ToArray();
        new Random(1).Shuffle(scenes);
        return scenes[..Math.Min(picturesPerRow, scenes.Length)];
    }
}
