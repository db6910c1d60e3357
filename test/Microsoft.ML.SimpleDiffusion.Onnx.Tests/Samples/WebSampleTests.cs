using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Randomness;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Samples;

/// <summary>samples/Web draws what .NET does, in Node and in a browser, where they are: build/check-web.sh brings the packages of npm.</summary>
[TestClass]
public class WebSampleTests
{
    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome"];

    private static string Sample => Path.Combine(SourceRoot.Find(), "samples", "Web");

    private static string Check => Path.Combine(SourceRoot.Find(), "build", "check-web");

    [TestMethod]
    [DataRow(1, 0)]
    [DataRow(2_147_483_647, 3)]
    public void Noise_of_a_seed_is_that_of_dotnet(int seed, int step)
    {
        const int Length = 3 * 32 * 33;
        var expected = new float[Length];
        StatelessRandom.FillNormal(expected, StatelessRandom.Bits((uint)seed, RandomPurpose.RowSeed, 0, 0), RandomPurpose.SamplingNoise, (ulong)step, 0);

        string script = string.Create(
            CultureInfo.InvariantCulture, $"import {{ normalNoise }} from '{new Uri(Path.Combine(Sample, "noise.js"))}'; console.log(normalNoise({Length}, {seed}, {step}).join('\\n'));");
        float[] actual = [.. Node(["--input-type=module", "--eval", script]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => float.Parse(line, CultureInfo.InvariantCulture))];

        Assert.HasCount(Length, actual);
        Assert.IsLessThan(1e-5, expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max());
    }

    [TestMethod]
    [DataRow(false, SamplerType.DpmSolverPlusPlus2M, "b")]
    [DataRow(false, SamplerType.Ddpm, "")]
    [DataRow(true, SamplerType.DpmSolverPlusPlus2M, "c")]
    [DataRow(true, SamplerType.Ddpm, "")]
    public void Image_of_a_class_and_a_seed_is_that_of_dotnet(bool isInBrowser, SamplerType sampler, string label)
        => AssertDrawsTheSame(new NetworkCase(NetworkArchitecture.UVit, PatchingType.Dwt, 1, ConditionKind.Class), new SamplingOptions { Sampler = sampler, Steps = 6, GuidanceScale = 2 }, label, isInBrowser);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Image_of_a_model_without_classes_is_that_of_dotnet(bool isInBrowser)
        => AssertDrawsTheSame(new NetworkCase(NetworkArchitecture.UNet), new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4 }, string.Empty, isInBrowser);

    [TestMethod]
    public void File_that_is_no_whole_sampler_is_refused_in_a_sentence()
    {
        RequirePackages(Path.Combine(Sample, "node_modules", "onnxruntime-web"));
        using var pair = new ModelPair(new NetworkCase(NetworkArchitecture.UVit));

        var (exitCode, _, errors) = Run([Path.Combine(Check, "draw.mjs"), pair.Path, string.Empty, "1", pair.File("pixels")]);

        Assert.AreEqual(1, exitCode);
        Assert.Contains("Error: The file is no whole sampler: export it with WholeSampler = true.", errors);
    }

    /// <summary>All but one byte of a thousand are equal, and none is off by more than a level.</summary>
    private static void AssertDrawsTheSame(NetworkCase network, SamplingOptions sampling, string label, bool isInBrowser)
    {
        RequirePackages(Path.Combine(Sample, "node_modules", "onnxruntime-web"));
        using var pair = new ModelPair(network);
        using var model = pair.Torch.WithSampling(sampling);
        model.SaveAsOnnx(pair.SamplerPath, new OnnxExportOptions { WholeSampler = true });
        int differing = 0, bytes = 0;
        for (int seed = 1; seed <= 2; seed++)
        {
            byte[] expected = Pixels(model.GeneratePng(label, seed)), actual = Draw(pair, label, seed, isInBrowser);

            Assert.HasCount(expected.Length, actual);
            int[] differences = [.. expected.Zip(actual, (a, b) => Math.Abs(a - b))];
            Assert.IsLessThanOrEqualTo(1, differences.Max(), "levels");
            Assert.IsGreaterThan(20, expected.Distinct().Count(), "levels that occur");
            differing += differences.Count(difference => difference > 0);
            bytes += expected.Length * 3 / 4;
        }

        Console.WriteLine($"{differing} of {bytes} bytes differ by a level");
        Assert.IsLessThanOrEqualTo(bytes / 1000, differing);
    }

    private static byte[] Draw(ModelPair pair, string label, int seed, bool isInBrowser)
    {
        string output = pair.File("pixels");
        string[] arguments = [Path.Combine(Check, "draw.mjs"), pair.SamplerPath, label, seed.ToString(CultureInfo.InvariantCulture), output];
        Console.Write(Node(isInBrowser ? [.. arguments, Browser()] : arguments));
        return File.ReadAllBytes(output);
    }

    /// <summary>Red, green, blue and opacity of each pixel.</summary>
    private static byte[] Pixels(byte[] png)
    {
        using var image = MLImage.CreateFromStream(new MemoryStream(png));
        byte[] pixels = image.Pixels.ToArray();
        for (int i = 0; image.PixelFormat == MLPixelFormat.Bgra32 && i < pixels.Length; i += 4)
        {
            (pixels[i], pixels[i + 2]) = (pixels[i + 2], pixels[i]);
        }

        return pixels;
    }

    private static string Browser()
    {
        RequirePackages(Path.Combine(Check, "node_modules", "playwright-core"));
        return Browsers.Select(Find).FirstOrDefault(path => path is not null) ?? Skip("no Chromium is installed");
    }

    private static void RequirePackages(string folder) => _ = Directory.Exists(folder) ? folder : Skip($"'{folder}' is not there: build/check-web.sh brings it");

    private static string Node(string[] arguments)
    {
        var (exitCode, output, errors) = Run(arguments);

        // The end, since Node shows the line of the error, which may be a whole library.
        Assert.AreEqual(0, exitCode, errors[^Math.Min(errors.Length, 1000)..]);
        return output;
    }

    private static (int ExitCode, string Output, string Errors) Run(string[] arguments)
    {
        string node = Find("node") ?? Skip("Node.js is not installed");
        using var process = Process.Start(new ProcessStartInfo(node, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    private static string? Find(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string Skip(string why)
    {
        Assert.Inconclusive($"Skipped: {why}.");
        return why;
    }
}
