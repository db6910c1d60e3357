using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Checks a damaged file of best weights as a resumed run does. What passes must also be read at its end.</summary>
internal sealed class BestWeightsTarget : FuzzTarget
{
    private const int Step = 12;

    private readonly TemporaryFolder _folder = new();
    private readonly DenoisingModel _model;
    private readonly BestWeightsFile _file;

    public BestWeightsTarget()
    {
        var options = OptionsResolver.Resolve(TinyData.Options(), hasGpu: false, seed: 1);
        options.ConditionColumnName = null;
        var run = new ModelConfiguration { Options = options, Condition = ConditionDescription.None, TrainedSteps = 0 };
        _model = new DenoisingModel(options, run.Condition, ComputeTarget.Resolve(options.Compute));
        WeightInitializer.Initialize(_model.Network, seed: 1);
        _file = new BestWeightsFile(WeightsPath, run);
        _file.Keep(Step, _model.Network);
        Corpus = [File.ReadAllBytes(WeightsPath)];
    }

    public override string Name => "best-weights";

    public override IReadOnlyList<byte[]> Corpus { get; }

    private string WeightsPath => _folder.File("best.safetensors");

    public override void Read(byte[] input)
    {
        File.WriteAllBytes(WeightsPath, input);
        if (_file.FindProblem(Step, _model.Network) is string problem)
        {
            throw new FormatException(problem);
        }

        _file.CopyTo(_model.Network);
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException;

    public override void Repair(byte[] original, byte[] mutated) => SafetensorsFile.RepairLength(original, mutated);

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        _model.Dispose();
        _folder.Dispose();
        base.Dispose(disposing);
    }
}
