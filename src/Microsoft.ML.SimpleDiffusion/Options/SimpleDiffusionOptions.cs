using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// All settings of a <see cref="SimpleDiffusionEstimator"/>: columns, image size, network, diffusion process, training,
/// sampling and compute. A plain object: the estimator copies it on entry and never changes yours.
/// </summary>
public sealed class SimpleDiffusionOptions
{
    private const string ChangesLoss = "it changes what the validation loss means";

    /// <summary>
    /// Name of the column of generated images that the fitted transformer adds: of <see cref="ML.Data.MLImage"/>, or, with <see cref="PixelMinimum"/> and
    /// <see cref="PixelMaximum"/>, of vectors of <see cref="float"/>. Default: "GeneratedImage".
    /// </summary>
    [MayChange]
    public string OutputColumnName { get; set; } = "GeneratedImage";

    /// <summary>
    /// Name of an additional column that holds the generated pixels as a vector of <see cref="float"/>, 0 to 255, with
    /// dimensions [<see cref="Channels"/>, <see cref="ImageHeight"/>, <see cref="ImageWidth"/>]. Null (default): no such column.
    /// Of use where image columns are dropped, as in <c>Cache</c> and <c>SaveAsBinary</c>. Must be null with <see cref="PixelMinimum"/> and <see cref="PixelMaximum"/>.
    /// </summary>
    [MayChange]
    public string? OutputPixelsColumnName { get; set; }

    /// <summary>
    /// Name of the column with the training images: <see cref="ML.Data.MLImage"/>, a file path, the bytes of an image file (a vector of
    /// <see cref="byte"/> of variable size), or a pixel vector of <see cref="byte"/> or <see cref="float"/>, 0 to 255, with dimensions
    /// [channels, height, width]. Files are turned as their EXIF data say. For numbers of another range see <see cref="PixelMinimum"/>. Needed to fit, never to transform. Default: "Image".
    /// </summary>
    [MayChange]
    public string ImageColumnName { get; set; } = "Image";

    /// <summary>
    /// Name of the column that says what an image shows. A key column gives a class-conditional model, a text column a text-to-image model
    /// (<see cref="NetworkOptions.TextEncoder"/>). A vector of <see cref="float"/> with dimensions [tokens, width] or [width] holds embeddings of a text from
    /// any other encoder; tokens of zeros are padding. Null (default): unconditional.
    /// </summary>
    [MayChange]
    public string? ConditionColumnName { get; set; }

    /// <summary>
    /// Name of a column, of the condition column's type, that says row by row what guidance leads away from at generation. Where it is empty, and everywhere
    /// if it is null (default), guidance leads away from images of nothing in particular. Without guidance it has no effect.
    /// </summary>
    [MayChange]
    public string? NegativePromptColumnName { get; set; }

    /// <summary>
    /// Name of an integer column that seeds each row's image at generation. Null (default): the seed follows from
    /// <see cref="SamplingOptions.Seed"/> and the row id.
    /// </summary>
    [MayChange]
    public string? SeedColumnName { get; set; }

    /// <summary>
    /// Name of a Boolean column that asks for a portrait at generation; a model with <see cref="NetworkOptions.PortraitFlag"/> is needed.
    /// Null (default): <see cref="SamplingOptions.Portrait"/> decides for all rows.
    /// </summary>
    [MayChange]
    public string? PortraitColumnName { get; set; }

    /// <summary>
    /// Name of a column with images to start from at generation: image, file path or pixel vector; other sizes are cropped and resized as in training. With
    /// <see cref="PixelMinimum"/> and <see cref="PixelMaximum"/>, a vector as the training images are.
    /// <see cref="SamplingOptions.Strength"/> says how much of them is left. Null (default): images are generated from noise alone.
    /// </summary>
    [MayChange]
    public string? InputImageColumnName { get; set; }

    /// <summary>
    /// Name of a column with masks at generation: image, file path or pixel vector [1, height, width]. White pixels (128 and above) are generated,
    /// black ones keep the image of <see cref="InputImageColumnName"/>. Null (default): all pixels are generated.
    /// </summary>
    [MayChange]
    public string? MaskColumnName { get; set; }

    /// <summary>Height of the images in pixels, 4 to 4096. Training images of another size are cropped and resized. Default: 64.</summary>
    [NotComparedByLoss(ChangesLoss)]
    public int ImageHeight { get; set; } = 64;

    /// <summary>Width of the images in pixels, 4 to 4096. Training images of another size are cropped and resized. Default: 64.</summary>
    [NotComparedByLoss(ChangesLoss)]
    public int ImageWidth { get; set; } = 64;

    /// <summary>
    /// Channels of the images: 3 for RGB (default), 1 for grey, or 4 for RGBA, with transparency. Models learn premultiplied colours, so that invisible pixels have
    /// none; images are as ML.NET has them, and pixel vectors have straight colours. Other numbers, up to 16, are for pixel vectors alone: their generated images
    /// show the first channel or the first three.
    /// </summary>
    [NotComparedByLoss(ChangesLoss)]
    public int Channels { get; set; } = 3;

    /// <summary>
    /// Lowest value of pixels that are no bytes, such as those of 16 bits or of heights: a finite number below <see cref="PixelMaximum"/>. With both, the image column is a vector
    /// of <see cref="byte"/>, <see cref="sbyte"/>, <see cref="short"/>, <see cref="ushort"/> or <see cref="float"/> of the very size [<see cref="Channels"/>,
    /// <see cref="ImageHeight"/>, <see cref="ImageWidth"/>], whose values are held as they are and never resized or rounded; values outside of the range are treated as
    /// <see cref="TrainingOptions.CorruptImages"/> says. The generated column is then a vector of <see cref="float"/> of that size and range. Null (default, as the
    /// other): pixels are bytes, 0 to 255.
    /// </summary>
    [NotSwept]
    public float? PixelMinimum { get; set; }

    /// <summary>Highest value of pixels that are no bytes: a finite number above <see cref="PixelMinimum"/>. Null (default, as the other): pixels are bytes, 0 to 255.</summary>
    [NotSwept]
    public float? PixelMaximum { get; set; }

    /// <summary>
    /// Seed of everything random in training: initial weights, order of the images, noise, flips, dropped conditions.
    /// Null (default): the seed of the <see cref="MLContext"/>, or a fresh one.
    /// </summary>
    public int? Seed { get; set; }

    /// <summary>The network.</summary>
    [NestOption]
    public NetworkOptions Network { get; set; } = new();

    /// <summary>The diffusion process and the training objective.</summary>
    [NestOption]
    [NotComparedByLoss(ChangesLoss)]
    public DiffusionOptions Diffusion { get; set; } = new();

    /// <summary>The training run.</summary>
    [NestOption]
    public TrainingOptions Training { get; set; } = new();

    /// <summary>How images are generated. Can be changed later with <see cref="SimpleDiffusionTransformer.WithSampling"/>.</summary>
    [NestOption]
    [MayChange]
    [NotComparedByLoss("the validation loss does not depend on it")]
    public SamplingOptions Sampling { get; set; } = new();

    /// <summary>Device, precision and threads.</summary>
    [MayChange]
    public ComputeOptions Compute { get; set; } = new();

    /// <summary>A deep copy; the progress sink and the cancellation token are shared.</summary>
    internal SimpleDiffusionOptions Clone()
    {
        var copy = (SimpleDiffusionOptions)MemberwiseClone();
        copy.Network = Network.Clone();
        copy.Diffusion = Diffusion.Clone();
        copy.Training = Training.Clone();
        copy.Sampling = Sampling.Clone();
        copy.Compute = Compute.Clone();
        return copy;
    }
}
