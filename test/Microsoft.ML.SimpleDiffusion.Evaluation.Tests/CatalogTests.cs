namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests;

[TestClass]
public class CatalogTests
{
    [TestMethod]
    public void Image_generation_is_found_on_the_context() => Assert.IsNotNull(new MLContext(1).ImageGeneration());
}
