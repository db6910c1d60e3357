namespace Microsoft.ML.SimpleDiffusion.Randomness;

/// <summary>Keeps draws for different ends apart. The numbers are part of what makes runs repeatable: never renumber.</summary>
internal enum RandomPurpose : uint
{
    /// <summary>Order of the training images.</summary>
    Shuffle = 1,

    /// <summary>Diffusion time of a training example.</summary>
    Time = 2,

    /// <summary>Noise of a training example.</summary>
    TrainingNoise = 3,

    /// <summary>Whether a training image is mirrored.</summary>
    Flip = 4,

    /// <summary>Whether a training example loses its condition.</summary>
    ConditionDropout = 5,

    /// <summary>Noise of a generated image.</summary>
    SamplingNoise = 6,

    /// <summary>Seed of a generated row, from the seed of the run and the row's id.</summary>
    RowSeed = 7,

    /// <summary>Initial weights.</summary>
    Initialization = 8,

    /// <summary>Dropout inside the network.</summary>
    NetworkDropout = 9,

    /// <summary>Noise of an image on which a model's error is measured.</summary>
    EvaluationNoise = 10,

    /// <summary>Noise level of an image whose likelihood is evaluated.</summary>
    LikelihoodTime = 11,

    /// <summary>Noise of an image whose likelihood is evaluated.</summary>
    LikelihoodNoise = 12,

    /// <summary>Noise of a validation image whose loss is measured during training.</summary>
    ValidationNoise = 13,

    /// <summary>Values of the options that a sweep tries.</summary>
    SweepDraw = 14,

    /// <summary>Noise of a batch that the device draws.</summary>
    DeviceNoise = 15,

    /// <summary>Number of a row that is generated with fresh seeds.</summary>
    FreshSeed = 16,

    /// <summary>Whether a step of a distillation begins from the student's own states.</summary>
    OwnStates = 17,

    /// <summary>Guidance scale that a step of a distillation teaches to an image.</summary>
    GuidanceScale = 18,

    /// <summary>By how much a training image that has no edges is shifted.</summary>
    Shift = 19,

    /// <summary>How a training image is transformed.</summary>
    Augmentation = 20,

    /// <summary>Whether a step has crops, and where they begin.</summary>
    Crop = 21,
}
