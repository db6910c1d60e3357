using Microsoft.ML.SimpleDiffusion.ResNet.Network;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Tests;

[TestClass]
public class NetworkTests
{
    [TestMethod]
    public void X() => Assert.IsTrue(File.Exists(Path.Combine(AppContext.BaseDirectory, NetworkFile.Folder, NetworkFile.Network.Name)));
}
