using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Generation;

[TestClass]
public class CutCaptionTests
{
    private readonly CapturedLog _log = new();

    [TestMethod]
    public void Prompt_longer_than_the_encoder_is_told_once_per_transformer_with_the_characters_used()
    {
        using var model = Fit();
        string tooLong = new('a', 70);

        Generate(model, "a red sky", tooLong + "b", tooLong + "c");
        Generate(model, tooLong);

        string said = Assert.ContainsSingle(_log.With("is longer than the encoder takes"));
        StringAssert.Contains(said, "The text in row 1 of column 'Label'");
        StringAssert.Contains(said, "64 bytes of UTF-8 (Network.TextEncoder.MaxLength): only its first 64 characters are used.");

        using var other = model.WithSampling(new SamplingOptions { Steps = 1 });
        Generate(other, tooLong);
        Assert.HasCount(2, _log.With("is longer than the encoder takes"));
    }

    [TestMethod]
    public void Characters_are_counted_as_strings_count_them_and_negative_prompts_too()
    {
        using var model = Fit();
        using var negative = model.WithNegativePrompts("Negative");
        string tooLong = string.Concat(Enumerable.Repeat("ш", 31)) + "😀😀";

        var rows = _log.Context.Data.LoadFromEnumerable(new[] { new { Label = "red", Negative = tooLong } });
        negative.Transform(rows).Preview(maxRows: 1);

        // 62 bytes, and the first emoji would be bytes 63 to 66.
        StringAssert.Contains(Assert.ContainsSingle(_log.With("column 'Negative'")), "only its first 31 characters are used");
    }

    [TestMethod]
    public void Prompt_that_just_fits_is_no_reason_to_warn()
    {
        using var model = Fit();

        Generate(model, new string('a', 64), string.Empty);

        Assert.IsEmpty(_log.With("is longer than the encoder takes"));
    }

    [TestMethod]
    public void Caption_of_a_single_image_or_a_grid_that_is_cut_is_told_too()
    {
        using var model = Fit();
        using var other = model.WithSampling(new SamplingOptions { Steps = 1 });
        using var folder = new TemporaryFolder();

        model.GeneratePng(new string('a', 70));
        other.GenerateGrid(folder.File("grid.png"), ["red", new string('b', 65)], columns: 1);

        var said = _log.With("The caption is longer than the encoder takes, 64 bytes of UTF-8 (Network.TextEncoder.MaxLength): only its first 64 characters are used.");
        Assert.HasCount(2, said);
    }

    private SimpleDiffusionTransformer Fit()
    {
        var options = TinyData.Options(steps: 1);
        options.Sampling.Steps = 1;
        options.Network.TextEncoder.MaxLength = 64;
        return _log.Context.Transforms.SimpleDiffusion(options).Fit(_log.Context.Data.LoadFromEnumerable(TinyData.Rows(8)));
    }

    private void Generate(SimpleDiffusionTransformer model, params string[] captions)
        => model.Transform(_log.Context.Data.LoadFromEnumerable(captions.Select(caption => new Request { Label = caption }))).Preview(maxRows: captions.Length);
}
