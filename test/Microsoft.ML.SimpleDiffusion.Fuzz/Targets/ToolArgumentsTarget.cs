using System.Text;
using Microsoft.ML.SimpleDiffusion.Tool;
using Microsoft.ML.SimpleDiffusion.Tool.Commands;
using Microsoft.ML.SimpleDiffusion.Tool.Inputs;
using Microsoft.ML.SimpleDiffusion.Tool.Terminal;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>Reads a damaged command line, an argument to a line, without running it; and each argument as an option to set and to vary, and as text to show.</summary>
internal sealed class ToolArgumentsTarget : FuzzTarget
{
    private readonly Signals _signals = new(_ => { });

    public override string Name => "tool-arguments";

    public override IReadOnlyList<byte[]> Corpus { get; } =
    [
        [.. "train\nphotos\n--size\n48x64\n--steps\n100\n--set\nTraining.LearningRate=1e-3\n--validation\n0.1"u8],
        [.. "generate\nmodel.zip\n--label\ncat\n-n\n4\n--guidance\n2.5\n--sampler\nDdim\n--set\nSampling.DdimEta=1"u8],
        [.. "sweep\nphotos\n--vary\nTraining.LearningRate=1e-4..1e-3\n--vary\nNetwork.ChannelMultipliers=1,2;1,2,4\n--strategy\nGrid"u8],
        [.. "report\nmodel.zip\nphotos\n--guidance\n1\n2\n4\n--title\n\u001b[31mred"u8],
    ];

    public override void Read(byte[] input)
    {
        // No system hands a zero byte to a program.
        string[] arguments = Encoding.UTF8.GetString(input).Replace("\0", string.Empty, StringComparison.Ordinal).Split('\n');
        Tool.CommandLine.Create(new Screen(TextWriter.Null, TextWriter.Null), _signals).Parse(arguments);
        Exception? refusal = null;
        foreach (string argument in arguments)
        {
            if (SafeText.Of(argument).Any(char.IsControl))
            {
                throw new InvalidOperationException("A control character would reach the terminal.");
            }

            refusal = Try(() => OptionSettings.Set(new SimpleDiffusionOptions(), argument)) ?? Try(() => SweptValues.Parse(argument)) ?? refusal;
        }

        throw refusal ?? new UsageException("It is no command line.");
    }

    public override bool IsDeclared(Exception exception) => exception is UsageException or ArgumentOutOfRangeException;

    protected override void Dispose(bool disposing)
    {
        _signals.Dispose();
        base.Dispose(disposing);
    }

    private static UsageException? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (UsageException e)
        {
            return e;
        }
    }
}
