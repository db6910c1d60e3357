using Microsoft.ML.SimpleDiffusion.Text;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Microsoft.ML.SimpleDiffusion.Tests.Compute;

/// <summary>
/// What works on a CPU whatever the code says, and fails or is slow on a GPU: tensors that are made without saying where, and steps that wait for the device.
/// Read from the compiled code, as no CPU shows either.
/// </summary>
[TestClass]
public class DeviceFreeCodeTests
{
    private static readonly string[] Factories =
        ["zeros", "ones", "empty", "full", "tensor", "arange", "linspace", "logspace", "eye", "rand", "randn", "randint", "randperm", "from_array", "as_tensor", "frombuffer", "normal", "bernoulli", "empty_strided"];

    /// <summary>Members of TorchSharp that wait until the device is done.</summary>
    private static readonly string[] Waits = ["item", "ToSingle", "ToDouble", "ToInt32", "ToInt64", "ToBoolean", "cpu", "data", "get_bytes", "nonzero", "clip_grad_norm_", "tolist", "synchronize", "masked_select"];

    /// <summary>Methods on the way of a training step that may call them, and why.</summary>
    private static readonly Dictionary<string, string> MayWait = new()
    {
        ["SimdAdam"] = "runs on a CPU only",
        ["SimdSquares"] = "runs on a CPU only",
        ["PowerFunctionProfile"] = "for averages that are made afterwards",
        ["Teacher"] = "before the first step",
        ["FlatBuffer::IsFinite"] = "for checkpoints and the model",
        ["RecomputedBlock::Forward"] = "reads a seed drawn on the CPU",
        ["WeightInitializer"] = "before the first step, on the CPU",
        ["Augmentation"] = "fills tensors on the CPU",
        ["BatchBuilder"] = "fills tensors on the CPU",
        ["NoiseTensors"] = "fills tensors on the CPU",
    };

    [TestMethod]
    public void Every_tensor_is_made_on_a_device_that_is_named()
    {
        var found = new List<string>();
        int factories = 0;
        foreach (var (method, call, index) in Calls(typeof(SimpleDiffusionOptions), typeof(Evaluation.ImageGenerationCatalog), typeof(T5EncoderOptions)))
        {
            bool isFactory = call.DeclaringType.FullName == "TorchSharp.torch" && Factories.Contains(call.Name);
            int place = isFactory ? call.Parameters.ToList().FindIndex(parameter => parameter.ParameterType.Name == "Device") : -1;
            if (place < 0)
            {
                continue;
            }

            factories++;
            if (IsNullArgument(method.Body.Instructions, index, call.Parameters.Count - 1 - place))
            {
                found.Add($"{Outermost(method.DeclaringType).Name}.{method.Name}: {call.Name}");
            }
        }

        Assert.IsGreaterThan(20, factories, "The test finds too few factories to be right.");
        Assert.IsEmpty(found, string.Join(", ", found));
    }

    [TestMethod]
    public void Nothing_on_the_way_of_a_training_step_waits_for_the_device()
    {
        string[] folders = ["Training", "Training.Feed", "Training.Objectives", "Training.Objectives.Distillation", "Training.Optimizers", "Training.State", "Networks", "Networks.Blocks", "Networks.Text", "Networks.Wavelets", "Diffusion", "Model", "Randomness"];
        var found = new List<string>();
        foreach (var (method, call, _) in Calls(typeof(SimpleDiffusionOptions)))
        {
            var type = Outermost(method.DeclaringType);
            bool isOnTheWay = folders.Any(folder => type.Namespace == $"Microsoft.ML.SimpleDiffusion.{folder}");
            bool waits = call.DeclaringType.FullName.StartsWith("TorchSharp.", StringComparison.Ordinal) && Waits.Contains(call.Name);
            string place = $"{type.Name}::{method.Name}";
            if (isOnTheWay && waits && !MayWait.Keys.Any(allowed => place == allowed || type.Name == allowed))
            {
                found.Add($"{place}: {call.Name}");
            }
        }

        Assert.IsEmpty(found, string.Join(", ", found));
    }

    private static IEnumerable<(MethodDefinition Method, MethodReference Call, int Index)> Calls(params Type[] types)
    {
        foreach (string path in types.Select(type => type.Assembly.Location))
        {
            using var assembly = AssemblyDefinition.ReadAssembly(path);
            foreach (var method in assembly.MainModule.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
            {
                var instructions = method.Body.Instructions;
                for (int i = 0; i < instructions.Count; i++)
                {
                    if (instructions[i].OpCode.Code is Code.Call or Code.Callvirt && instructions[i].Operand is MethodReference call)
                    {
                        yield return (method, call, i);
                    }
                }
            }
        }
    }

    /// <summary>
    /// Whether an argument is null, if those after it are the constants that the compiler puts in for what is left out; if they are not, the test cannot tell
    /// and says so.
    /// </summary>
    private static bool IsNullArgument(Mono.Collections.Generic.Collection<Instruction> instructions, int call, int argumentsAfter)
    {
        int at = call - 1;
        for (int i = 0; i < argumentsAfter; i++, at--)
        {
            Assert.IsTrue(instructions[at].OpCode.Code is Code.Ldnull or Code.Ldc_I4_0 or Code.Ldc_I4_1, $"Name the device last: {instructions[call]}");
        }

        return instructions[at].OpCode.Code == Code.Ldnull;
    }

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is null ? type : Outermost(type.DeclaringType);
}
