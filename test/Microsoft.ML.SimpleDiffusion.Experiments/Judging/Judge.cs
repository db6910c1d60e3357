using ExampleData.Scenes;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Judging;

/// <summary>Tells what pictures show. Trained on drawn pictures of all scenes, those that are held out from the generator too.</summary>
internal sealed class Judge : IDisposable
{
    private const int Steps = 800;
    private const int BatchSize = 128;
    private const int TestPictures = 4096;
    private const double PeakLearningRate = 3e-3;

    // Neither the generator's training pictures nor the judge's own are among those that test it.
    private const int TrainingSalt = 101;
    private const int TestSalt = 102;

    /// <summary>Generated pictures are not as clean as drawn ones: some noise keeps the judge from looking at single pixels.</summary>
    private const double Noise = 0.1;

    private readonly JudgeNetwork _network;
    private readonly int _size;

    private Judge(int size)
    {
        _size = size;
        _network = new JudgeNetwork(size, seed: 1);
    }

    /// <summary>Trains a judge of pictures with <paramref name="size"/> pixels on a side; about a minute at 32.</summary>
    public static Judge Train(int size, CancellationToken cancellationToken)
    {
        var judge = new Judge(size);
        try
        {
            judge.Train(cancellationToken);
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
        var judgements = pictures.Chunk(BatchSize).SelectMany(Read).Zip(scenes, (seen, scene) => Judgement.Of(scene.Layout, seen));
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

    private IReadOnlyList<Layout> Read(byte[][] pictures)
    {
        using var tensor = ToTensor(pictures, _size);
        return _network.Read(tensor);
    }

    private void Train(CancellationToken cancellationToken)
    {
        var data = new SceneDataSet(Scene.All, _size, TrainingSalt);
        using var optimizer = optim.AdamW(_network.Parameters, PeakLearningRate, weight_decay: 0.01);
        var decay = optim.lr_scheduler.OneCycleLR(optimizer, PeakLearningRate, total_steps: Steps + 1);
        _network.Train(true);
        for (int step = 0; step < Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int first = step * BatchSize;
            var batch = Enumerable.Range(first, BatchSize).AsParallel().AsOrdered().Select(i => data[i]).ToList();
            Step(optimizer, [.. batch.Select(example => example.Scene.Layout)], [.. batch.Select(example => example.Pixels)]);
            decay.step();
        }

        _network.Train(false);
    }

    private void Step(optim.Optimizer optimizer, IReadOnlyList<Layout> layouts, IReadOnlyList<byte[]> pictures)
    {
        using var scope = NewDisposeScope();
        var x = ToTensor(pictures, _size);
        x += Noise * rand(layouts.Count, 1, 1, 1) * randn_like(x);
        optimizer.zero_grad();
        _network.Loss(x, layouts).backward();
        optimizer.step();
    }

    /// <summary>Pictures as one tensor [N, 3, size, size], -1 to 1.</summary>
    private static Tensor ToTensor(IReadOnlyList<byte[]> pictures, int size)
    {
        using var scope = NewDisposeScope();
        var bytes = tensor(pictures.SelectMany(picture => picture).ToArray(), [pictures.Count, 3, size, size]);
        return ((bytes.to(ScalarType.Float32) / 127.5f) - 1).MoveToOuterDisposeScope();
    }
}
