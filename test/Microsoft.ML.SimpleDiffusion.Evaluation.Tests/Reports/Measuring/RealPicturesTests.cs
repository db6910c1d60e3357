using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports.Measuring;

[TestClass]
public class RealPicturesTests
{
    [TestMethod]
    public void Each_class_gives_half_of_its_pictures_to_the_classifier_and_a_quarter_to_each_other_part()
    {
        var condition = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = ["absent", .. TinyData.Labels] };
        using var pictures = RealPictures.Load(TinyData.View(new MLContext(1), 48), TinyData.Options(), condition, CancellationToken.None);
        CollectionAssert.AreEqual(TinyData.Labels, pictures.Classes.ToArray());
        foreach (string label in TinyData.Labels)
        {
            Assert.AreEqual(8, pictures.Classifier.Count(index => pictures.LabelOf(index) == label), label);
            Assert.AreEqual(4, pictures.Reference.Count(index => pictures.LabelOf(index) == label), label);
            Assert.AreEqual(4, pictures.HeldOut.Count(index => pictures.LabelOf(index) == label), label);
        }

        Assert.HasCount(48, pictures.Classifier.Concat(pictures.Reference).Concat(pictures.HeldOut).Distinct());
    }
}
