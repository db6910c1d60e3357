using ExampleData.Scenes;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Judging;

/// <summary>Tells what pictures show. Trained on drawn pictures of all scenes, those that are held out from the generator too.</summary>
internal sealed class Judge : IDisposable
{
    private const int Steps = 800;
    private const int TestPictures = 4096;

    // Neither the generator's training pictures nor the judge's own are among those that test it.
    private const int TrainingSalt = 101;
    private const int TestSalt = 102;

    /// <summary>One above the other or side by side, then colour, shape and size of the upper or left object, then those of the other.</summary>
    private static readonly long[] Choices = [2, Vocabulary.Colours.Count, Vocabulary.Shapes.Count, 2, Vocabulary.Colours.Count, Vocabulary.Shapes.Count, 2];

    private readonly JudgeNetwork _network;
    private readonly int _size;

    private Judge(int size)
    {
        _size = size;
        _network = new JudgeNetwork(size, Choices, seed: 1);
    }

    /// <summary>Trains a judge of pictures with <paramref name="size"/> pixels on a side; about a minute at 32.</summary>
    public static Judge Train(int size, CancellationToken cancellationToken)
    {
        var judge = new Judge(size);
        try
        {
            var data = new SceneDataSet(Scene.All, size, TrainingSalt);
            judge._network.Train(i => (data[i].Pixels, Answers(data[i].Scene.Layout)), Steps, cancellationToken);
            return judge;
        }
        catch
        {
            judge.Dispose();
            throw;
        }
    }

    /// <summary>Shares of the pictures that are right.</summary>
    /// <param name="scenes">What they should show.</param>
    /// <param name="pictures">Planar RGB of each.</param>
    public Score Assess(IReadOnlyList<Scene> scenes, IReadOnlyList<byte[]> pictures)
    {
        var judgements = _network.Read(pictures).Zip(scenes, (answers, scene) => Judgement.Of(scene.Layout, Read(answers)));
        return Score.Of(judgements.ToList());
    }

    /// <summary>The judge's own score on drawn pictures of all scenes that it has not seen.</summary>
    public Score Test()
    {
        var data = new SceneDataSet(Scene.All, _size, TestSalt);
        var test = Enumerable.Range(0, TestPictures).Select(i => data[i]).ToList();
        return Assess([.. test.Select(example => example.Scene)], [.. test.Select(example => example.Pixels)]);
    }

    public void Dispose() => _network.Dispose();

    private static long[] Answers(Layout layout) => [layout.IsVertical ? 0 : 1, .. Answers(layout.Leading), .. Answers(layout.Trailing)];

    private static long[] Answers(SceneObject what) => [what.Colour, what.Shape, what.IsSmall ? 1 : 0];

    private static Layout Read(long[] answers) => new(answers[0] == 0, Read(answers.AsSpan(1, 3)), Read(answers.AsSpan(4, 3)));

    private static SceneObject Read(ReadOnlySpan<long> answers) => new((int)answers[0], (int)answers[1], IsSmall: answers[2] == 1);
}
