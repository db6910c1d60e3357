using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

/// <summary>Processes that save one model over another are killed with SIGKILL. The folder is one of the two models.</summary>
[TestClass]
public class KilledSaveTests
{
    private const int Kills = 10;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Folder_whose_save_is_killed_ten_times_is_always_one_of_the_two_models()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        string[] sources = [folder.File("one"), folder.File("two")];
        byte[][] weights = [Train(context, 1, sources[0]), Train(context, 2, sources[1])];
        string output = folder.File("model");
        var random = new Random(10);
        int[] left = [0, 0];
        int halfWritten = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            string[] turn = kill % 4 < 2 ? sources : [.. sources.Reverse()];
            using (var process = TestHostProcess.Start(["save-in-turn", .. turn, output]))
            {
                Assert.AreEqual("Saving", process.StandardOutput.ReadLine());

                // Not before the first save, of which there is no model yet.
                Assert.IsTrue(SpinWait.SpinUntil(() => File.Exists(Path.Combine(output, "config.json")), TimeSpan.FromSeconds(30)), "Nothing was saved.");
                Thread.Sleep(random.Next(0, 100));
                if (kill % 2 == 0)
                {
                    SpinWait.SpinUntil(() => Directory.EnumerateFiles(output, "*.tmp").Any(), TimeSpan.FromSeconds(5));
                }

                Assert.IsFalse(process.HasExited);
                process.Kill();
                process.WaitForExit();
            }

            halfWritten += Leftovers(output);
            using var model = SimpleDiffusionTransformer.LoadFromSafetensors(context, output);
            int which = (int)model.TrainedSteps - 1;
            CollectionAssert.AreEqual(weights[which], WeightBytes.Of(model), $"kill {kill}");
            left[which]++;
        }

        TestContext.WriteLine($"{Kills} kills left the first model {left[0]} and the second {left[1]} times, and {halfWritten} files half written.");
        Assert.IsGreaterThan(0, halfWritten);
    }

    private static byte[] Train(MLContext context, int steps, string folder)
    {
        using var model = context.Transforms.SimpleDiffusion(TinyData.Options(steps)).Fit(TinyData.View(context));
        model.SaveAsSafetensors(folder);
        return WeightBytes.Of(model);
    }

    /// <summary>Counts the files that were being written, and removes them, as nobody else does on the same day.</summary>
    private static int Leftovers(string folder)
    {
        string[] files = Directory.GetFiles(folder, "*.tmp");
        Array.ForEach(files, File.Delete);
        return files.Length;
    }
}
