using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports;

/// <summary>Reports made up without a model.</summary>
internal static class SomeReport
{
    public static ReportData WithClasses(string label = "red") => new()
    {
        Title = "A model",
        Model = new ModelSummary
        {
            Kind = "class-conditional",
            ClassCount = 1,
            Height = 2,
            Width = 2,
            Channels = 3,
            ParameterCount = 1_234_567,
            TrainedSteps = 560,
            ImagesPerStep = 16,
            RealImages = 1500,
        },
        Options = [new OptionRow("Training.Steps", "560", "10000"), new OptionRow("Training.BatchSize", "32", "32")],
        History = new TrainingHistory
        {
            Losses = [new TrainingLoss { Step = 10, Loss = 0.5 }, new TrainingLoss { Step = 560, Loss = 0.06 }],
            Evaluations =
            [
                new TrainingEvaluation { Step = 0, Metrics = new Dictionary<string, double> { ["ValidationLoss"] = 1.0, ["ClassifierDistance"] = double.NaN }, IsBest = true },
                new TrainingEvaluation { Step = 560, Metrics = new Dictionary<string, double> { ["ValidationLoss"] = 0.07, ["ClassifierDistance"] = 3.5 }, IsBest = true },
            ],
        },
        Samples = [new SampleRow(label, Strip(8))],
        Quality = new QualityReport
        {
            FeatureDescription = "the features of a small classifier",
            Images = 300,
            Metrics = [new MetricRow("Classifier distance", HigherIsBetter: false, 3.5, 0.25, 70), new MetricRow("Precision", HigherIsBetter: true, null, double.NaN, 0)],
            Classes = [new ClassAgreementRow(label, 0.75, 1)],
        },
        Guidance = [new GuidanceRow(1, IsOwn: false, 4.5, 0.5, Strip(1)), new GuidanceRow(2.5f, IsOwn: true, 3.5, 0.75, Strip(1))],
        FewSteps =
        [
            new FewStepsRow(FewStepsWay.Own, "this model, 100 steps of DDPM, guidance 2.5", 200, 3.5, 0.75, Strip(1)),
            new FewStepsRow(FewStepsWay.Own, "this model, 100 steps of DDPM, guidance 2.5, another seed", 200, 3.25, 0.7, Strip(1)),
            new FewStepsRow(FewStepsWay.Ddim, "this model, 4 steps of DDIM, guidance 2.5", 8, 40.5, 0.25, Strip(1)),
            new FewStepsRow(FewStepsWay.DpmSolver, "this model, 4 steps of DPM-Solver++ 2M, guidance 2.5", 8, double.NaN, null, Strip(1)),
            new FewStepsRow(FewStepsWay.Student, "distilled to 4 steps", 4, 5.125, 0.5, Strip(1)),
        ],
        Neighbors = new NeighborReport
        {
            Pairs = [new NeighborPair(label, Strip(2), 0.125)],
            Generated = new DistanceSummary(0.125, 0.25, 0.5, 300),
            Real = new DistanceSummary(0.0625, 0.25, 0.5, 1200),
        },
    };

    public static ReportData WithoutClasses()
    {
        var report = WithClasses();
        return report with
        {
            Model = report.Model with { Kind = "unconditional", ClassCount = 0 },
            History = new TrainingHistory(),
            Samples = [new SampleRow(null, Strip(8))],
            Quality = report.Quality with { Classes = [] },
            Guidance = [],
            FewSteps = [],
            Neighbors = report.Neighbors with { Pairs = [new NeighborPair(null, Strip(2), 0.125)] },
        };
    }

    private static ImageStrip Strip(int count)
        => ImageStrip.Draw(Enumerable.Repeat(new byte[3 * 2 * 2], count).ToList(), new ImageSize(3, 2, 2));
}
