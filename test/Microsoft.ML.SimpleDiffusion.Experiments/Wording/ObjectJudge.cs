using ExampleData.Scenes;
using Microsoft.ML.SimpleDiffusion.Experiments.Judging;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Wording;

/// <summary>Tells what pictures of one object show. Trained on drawn pictures of all objects, those that are held out from the generators too.</summary>
internal sealed class ObjectJudge : IDisposable
{
    private const int Steps = 400;
    private const int TestPictures = 2048;
    private const int TrainingSalt = 2;
    private const int TestSalt = 3;

    private readonly JudgeNetwork _network;
    private readonly int _size;

    /// <summary>Trains a judge.</summary>
    /// <param name="size">Pixels on a side.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ObjectJudge(int size, CancellationToken cancellationToken)
    {
        _size = size;
        _network = new JudgeNetwork(size, [Vocabulary.Colours.Count, Vocabulary.Shapes.Count, 2], seed: 1);
        var data = new ObjectDataSet(ObjectDataSet.All, size, TrainingSalt);
        _network.Train(i => (data[i].Pixels, Answers(data[i].Object)), Steps, cancellationToken);
    }

    /// <summary>Shares of the pictures that are right: in colour and shape, colour, shape, size.</summary>
    /// <param name="objects">What they should show.</param>
    /// <param name="pictures">Planar RGB of each.</param>
    public (double Right, double Colours, double Shapes, double Sizes) Assess(IReadOnlyList<SceneObject> objects, IReadOnlyList<byte[]> pictures)
    {
        var pairs = _network.Read(pictures).Zip(objects, (seen, what) => (Seen: seen, Expected: Answers(what))).ToList();
        return (Share([0, 1]), Share([0]), Share([1]), Share([2]));

        double Share(int[] questions) => pairs.Count(pair => Array.TrueForAll(questions, i => pair.Seen[i] == pair.Expected[i])) / (double)pairs.Count;
    }

    /// <summary>The judge's own score on drawn pictures that it has not seen.</summary>
    public (double Right, double Colours, double Shapes, double Sizes) Test()
    {
        var data = new ObjectDataSet(ObjectDataSet.All, _size, TestSalt);
        var test = Enumerable.Range(0, TestPictures).Select(i => data[i]).ToList();
        return Assess([.. test.Select(item => item.Object)], [.. test.Select(item => item.Pixels)]);
    }

    public void Dispose() => _network.Dispose();

    private static long[] Answers(SceneObject what) => [what.Colour, what.Shape, what.IsSmall ? 1 : 0];
}
