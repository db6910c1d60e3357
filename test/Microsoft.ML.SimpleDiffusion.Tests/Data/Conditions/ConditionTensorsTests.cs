using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Conditions;

[TestClass]
public class ConditionTensorsTests
{
    [TestMethod]
    public void Captions_are_padded_to_the_longest_and_none_is_a_token_of_its_own()
    {
        using var scope = NewDisposeScope();
        var condition = new ConditionDescription { Kind = ConditionKind.Text };
        RowCondition[] rows = [RowCondition.OfText([65, 66, 200]), RowCondition.None, RowCondition.OfText([67])];

        var text = ConditionTensors.Create(condition, rows, null, CPU).Text!.Value;

        const long none = ByteEncoderPlan.NoTextToken;
        CollectionAssert.AreEqual(new long[] { 3, 3 }, text.Tokens.shape);
        CollectionAssert.AreEqual(new[] { 65, 66, 200, none, none, none, 67, none, none }, text.Tokens.data<long>().ToArray());
        CollectionAssert.AreEqual(new[] { true, true, true, true, false, false, true, false, false }, text.Mask.data<bool>().ToArray());
    }

    [TestMethod]
    public void Embeddings_are_padded_to_the_longest_and_none_is_one_token_of_zeros()
    {
        using var scope = NewDisposeScope();
        var condition = new ConditionDescription { Kind = ConditionKind.Embeddings, EmbeddingLength = 7, EmbeddingWidth = 2 };
        RowCondition[] rows = [RowCondition.None, RowCondition.OfEmbeddings([1, 2, 3, 4])];

        var text = ConditionTensors.Create(condition, rows, [false, true], CPU);

        CollectionAssert.AreEqual(new float[] { 0, 0, 0, 0, 1, 2, 3, 4 }, text.Text!.Value.Tokens.data<float>().ToArray());
        CollectionAssert.AreEqual(new[] { true, false, true, true }, text.Text.Value.Mask.data<bool>().ToArray());
        CollectionAssert.AreEqual(new long[] { 0, 1 }, text.Portrait!.data<long>().ToArray());
        Assert.IsNull(text.Classes);
    }

    [TestMethod]
    public void No_class_is_the_number_behind_the_last()
    {
        using var scope = NewDisposeScope();
        var condition = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = ["a", "b"] };

        var conditions = ConditionTensors.Create(condition, [RowCondition.OfClass(1), RowCondition.None], null, CPU);

        CollectionAssert.AreEqual(new long[] { 1, 2 }, conditions.Classes!.data<long>().ToArray());
        Assert.IsNull(conditions.Text);
    }
}
