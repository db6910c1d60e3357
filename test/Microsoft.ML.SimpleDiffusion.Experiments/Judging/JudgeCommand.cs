using System.CommandLine;
using ExampleData;
using ExampleData.Scenes;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Judging;

/// <summary><c>judge</c>: how many drawn captions come out right, those among them that were held out of the training.</summary>
internal static class JudgeCommand
{
    private const int GridRows = 10;

    private static readonly float[] GuidanceScales = [1, 2, 4];

    public static System.CommandLine.Command Create()
    {
        var model = new Option<FileInfo>("--model") { Description = "The model.zip that the sample TextToImage has trained on drawn scenes.", Required = true };
        var judged = new Option<int>("--judged") { Description = "Pictures to judge, for trained and for held-out combinations, at each guidance scale.", DefaultValueFactory = _ => 500 };
        var samplingSteps = new Option<int>("--sampling-steps") { Description = "Network evaluations per generated picture.", DefaultValueFactory = _ => 20 };
        var output = new Option<DirectoryInfo>("--output") { Description = "Folder for judge.md and a grid at each guidance scale.", DefaultValueFactory = _ => new DirectoryInfo("judge-output") };
        var command = new System.CommandLine.Command("judge", "Has the pictures of a text-to-image model judged by a classifier that knows all combinations.") { model, judged, samplingSteps, output };
        command.SetAction(result => ConsoleProgram.Run(stop =>
        {
            string folder = result.GetRequiredValue(output).FullName;
            Directory.CreateDirectory(folder);
            using var generator = PictureGenerator.Load(new MLContext(), result.GetRequiredValue(model).FullName);
            foreach (float guidance in GuidanceScales)
            {
                generator.WriteGrid(SceneDataSet.SomeCaptions(GridRows), guidance, result.GetValue(samplingSteps), Path.Combine(folder, $"guidance-{guidance}.png"), stop);
            }

            Log.Write("Training the judge");
            using var judge = Judge.Train(generator.Size, stop);
            Log.Write($"Judging {result.GetValue(judged)} pictures of each kind at each guidance scale");
            string table = new Exam(generator, judge, result.GetValue(judged), result.GetValue(samplingSteps)).Report(GuidanceScales);
            File.WriteAllText(Path.Combine(folder, "judge.md"), table);
            Console.Write(table);
        }));
        return command;
    }
}
