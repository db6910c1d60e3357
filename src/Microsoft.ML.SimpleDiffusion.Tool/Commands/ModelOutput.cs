using System.CommandLine;
using System.Text;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>What is written of a new model: the model, a card, and a grid of what it draws; and where its run can go on from.</summary>
internal sealed class ModelOutput
{
    private const int GridSeed = 1;

    private readonly Option<FileInfo> _file;
    private readonly Option<DirectoryInfo?> _checkpoints = new("--checkpoints") { Description = "Folder for checkpoints. By default beside the model, named like it." };
    private readonly Option<bool> _restart = new("--restart") { Description = "Begin anew; by default the command goes on from its checkpoints." };

    /// <param name="defaultName">Name of the model's file unless another is given.</param>
    public ModelOutput(string defaultName)
        => _file = new Option<FileInfo>("--output", "-o") { Description = "The model to write.", DefaultValueFactory = _ => new FileInfo(defaultName) };

    public void AddTo(System.CommandLine.Command command)
    {
        command.Add(_file);
        command.Add(_checkpoints);
        command.Add(_restart);
    }

    /// <summary>Tells a run where it keeps its checkpoints.</summary>
    public void Apply(ParseResult result, TrainingOptions training)
    {
        training.CheckpointDirectory ??= (result.GetValue(_checkpoints) ?? new DirectoryInfo(Path.ChangeExtension(File(result).FullName, ".checkpoints"))).FullName;
        training.ResumeFromCheckpoint = !result.GetValue(_restart);
    }

    /// <summary>Makes a model, which is written. The model is disposed of.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="session">The call.</param>
    /// <param name="context">The context.</param>
    /// <param name="images">What it learns from.</param>
    /// <param name="fit">Makes it.</param>
    public void Write(ParseResult result, Session session, MLContext context, TrainingImages images, Func<IProgress<TrainingProgress>, SimpleDiffusionTransformer> fit)
    {
        var file = File(result);
        file.Directory?.Create();
        SimpleDiffusionTransformer? made = null;
        session.Screen.WithBar(progress => made = fit(progress));
        using var model = made!;
        context.Model.SaveAtomically(model, inputSchema: null, file.FullName);
        session.Screen.Done($"Wrote {file.FullName}");
        string card = Path.ChangeExtension(file.FullName, ".md"), grid = Path.ChangeExtension(file.FullName, ".png");
        Files.Write(card, stream => stream.Write(Encoding.UTF8.GetBytes(ModelCard.Write(model, file.Name, images))));
        session.Screen.Done($"Wrote {card}");
        model.GenerateGrid(grid, images.Examples(model), columns: 8, seed: GridSeed, cancellationToken: session.CancellationToken);
        session.Screen.Done($"Wrote {grid}");
    }

    private FileInfo File(ParseResult result) => result.GetRequiredValue(_file);
}
