using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports.Measuring;

[TestClass]
public class RealImagesTests
{
    [TestMethod]
    public void Each_class_gives_half_of_its_pictures_to_the_classifier_and_a_quarter_to_each_other_part()
    {
        var condition = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = ["absent", .. TinyData.Labels] };
        using var images = RealImages.Load(TinyData.View(new MLContext(1), 48), TinyData.Options(), condition, CancellationToken.None);
        CollectionAssert.AreEqual(TinyData.Labels, images.Classes.ToArray());
        foreach (string label in TinyData.Labels)
        {
            Assert.AreEqual(8, images.Classifier.Count(index => images.LabelOf(index) == label), label);
            Assert.AreEqual(4, images.Reference.Count(index => images.LabelOf(index) == label), label);
            Assert.AreEqual(4, images.HeldOut.Count(index => images.LabelOf(index) == label), label);
        }

        Assert.HasCount(48, images.Classifier.Concat(images.Reference).Concat(images.HeldOut).Distinct());
    }
}
