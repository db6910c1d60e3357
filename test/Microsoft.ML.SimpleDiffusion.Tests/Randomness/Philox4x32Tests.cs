using Microsoft.ML.SimpleDiffusion.Randomness;

namespace Microsoft.ML.SimpleDiffusion.Tests.Randomness;

[TestClass]
public sealed class Philox4x32Tests
{
    // Known answers of the Random123 distribution (kat_vectors, philox4x32 10 rounds).
    [TestMethod]
    [DataRow(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [DataRow(
        0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [DataRow(
        0xa4093822u, 0x299f31d0u, 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Block_matches_the_known_answers_of_Random123(
        uint key0, uint key1, uint counter0, uint counter1, uint counter2, uint counter3, uint x0, uint x1, uint x2, uint x3)
    {
        Assert.AreEqual((x0, x1, x2, x3), Philox4x32.Block(key0, key1, counter0, counter1, counter2, counter3));
    }
}
