using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Likelihood;

/// <summary>Measures a model on images that it has not been trained on.</summary>
internal static class HeldOutData
{
    /// <param name="environment">Is told of pixels of another range.</param>
    /// <param name="transformer">The model.</param>
    /// <param name="images">Images with the columns that training needs; the condition may be text, as in generation.</param>
    /// <param name="measure">Measures the model.</param>
    /// <param name="cancellationToken">Checked before each row.</param>
    public static T Measure<T>(
        IHostEnvironment environment, SimpleDiffusionTransformer transformer, IDataView images, Func<DenoisingModel, ModelConfiguration, ImageDataset, T> measure, CancellationToken cancellationToken)
    {
        var configuration = transformer.Model.Configuration;
        var (options, condition) = (configuration.Options, configuration.Condition);
        var model = (transformer.Model as TorchGenerator)?.Model ?? throw new InvalidOperationException("Only a model that computes with libtorch can be measured so.");
        if (configuration.Distillation is not null)
        {
            throw new InvalidOperationException(
                "A distilled model has neither a likelihood nor an error of denoising: it predicts where its few steps lead, not what is behind the noise. Measure the model that it was distilled from.");
        }

        return model.Use(denoising =>
        {
            if (condition.Kind != ConditionKind.None)
            {
                _ = ConditionColumn.FindForGeneration(images.Schema, ConditionColumn.Role, options.ConditionColumnName!, condition);
            }

            using var data = ImageDataset.Load(images, options, condition, log: _ => { }, ImageDataset.DefaultMemoryBudget, cancellationToken, "image data");
            MLEnvironment.Warn(environment, data.PixelWarning);
            return measure(denoising, configuration, data);
        });
    }
}
