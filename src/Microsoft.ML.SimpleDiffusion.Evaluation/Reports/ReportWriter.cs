using System.Text;
using Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Rendering;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>Collects, renders and writes a report.</summary>
internal static class ReportWriter
{
    public static void Write(MLContext context, string path, SimpleDiffusionTransformer model, IDataView data, ReportOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options.Validate();
        PictureModel.Require(model, "A report is about pictures, with pixels of 0 to 255");
        StudentsValidator.Validate(options.Students, model);
        string fullPath = Path.GetFullPath(path);

        // Told before minutes of work instead of after.
        if (!Directory.Exists(Path.GetDirectoryName(fullPath)))
        {
            throw new DirectoryNotFoundException($"The report cannot be written to '{path}': there is no folder '{Path.GetDirectoryName(fullPath)}'.");
        }

        byte[] page = Encoding.UTF8.GetBytes(ReportPage.Render(ReportCollector.Collect(context, model, data, options)));
        Files.Write(fullPath, stream => stream.Write(page));
    }
}
