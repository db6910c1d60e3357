using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.TestHost;

/// <summary>What the host does. Each returns the exit code.</summary>
internal static class Commands
{
    /// <summary>A training for tests to kill: the tiny network with a checkpoint after every step; then saves the model.</summary>
    public static int Train(string checkpoints, string output, string steps)
    {
        var context = new MLContext(1);
        var options = TinyData.Options(int.Parse(steps, CultureInfo.InvariantCulture));
        options.Training.CheckpointDirectory = checkpoints;
        options.Training.CheckpointEverySteps = 1;
        options.Training.CheckpointsToKeep = 3;
        options.Network.Dropout = 0.1f;
        options.Compute.Threads = 1;
        using var model = context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(context));
        model.SaveAsSafetensors(output);
        return 0;
    }

    /// <summary>Saves two models over each other, for tests to kill. Writes a line when it begins; ends only if it fails.</summary>
    public static int SaveInTurn(string first, string second, string output)
    {
        var context = new MLContext(1);
        using var one = SimpleDiffusionTransformer.LoadFromSafetensors(context, first);
        using var two = SimpleDiffusionTransformer.LoadFromSafetensors(context, second);
        Console.WriteLine("Saving");
        while (true)
        {
            one.SaveAsSafetensors(output);
            two.SaveAsSafetensors(output);
        }
    }

    /// <summary>Trains and generates in float32, and prints the functions of libtorch that were looked for by name.</summary>
    public static int PrintNativeFunctions()
    {
        var context = new MLContext(1);
        var view = TinyData.View(context);
        var options = TinyData.Options();
        try
        {
            using var model = context.Transforms.SimpleDiffusion(options).Fit(view);
            _ = model.Transform(view).Preview(2);
        }
        catch (InvalidOperationException e)
        {
            return Fail(e.Message);
        }

        Console.WriteLine(string.Join('\n', TorchFunctions.All.Where(function => function.IsFound).Select(function => function.ItaniumName)));
        return 0;
    }

    /// <summary>Loads a model; says what the outermost exception says.</summary>
    public static int Load(string model)
    {
        var context = new MLContext(1);
        context.ComponentCatalog.RegisterAssembly(typeof(SimpleDiffusionTransformer).Assembly);
        try
        {
            (context.Model.LoadChecked(model, out _) as IDisposable)?.Dispose();
            return 0;
        }
        catch (InvalidOperationException e)
        {
            return Fail(e.Message);
        }
    }

    /// <summary>Loads libtorch and adds two numbers with it.</summary>
    public static int LoadLibTorch()
    {
        try
        {
            LibTorch.EnsureLoaded();
        }
        catch (InvalidOperationException e)
        {
            return Fail(e.Message);
        }

        using var two = TorchSharp.torch.ones(1) + 1;
        return two.item<float>() == 2 ? 0 : Fail("1 + 1 is not 2.");
    }

    public static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}
