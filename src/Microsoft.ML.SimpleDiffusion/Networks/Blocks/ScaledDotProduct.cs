using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// softmax(q kᵀ / √d) v. libtorch's fused operator never holds the products of all tokens, but on a CPU in bfloat16 it reaches a quarter of the speed
/// of plain matrix products (see docs/performance.md), which are therefore used there unless there are many tokens.
/// </summary>
internal static class ScaledDotProduct
{
    /// <summary>Tokens up to which the products of all pairs are held: 2 MB per head.</summary>
    private const long MaxTokensHeld = 1024;

    /// <param name="query">[B, heads, N, d].</param>
    /// <param name="key">[B, heads, M, d].</param>
    /// <param name="value">[B, heads, M, d].</param>
    /// <param name="mask">False for keys that nobody attends to, such as padding, Boolean [B, M]; null for none of them.</param>
    /// <returns>[B, heads, N, d].</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? mask = null)
    {
        bool holdsProducts = query.dtype == ScalarType.BFloat16 && query.device_type == DeviceType.CPU && Math.Max(query.shape[2], key.shape[2]) <= MaxTokensHeld;
        using var scope = NewDisposeScope();
        var isSeen = mask?.unsqueeze(1).unsqueeze(1);
        if (!holdsProducts)
        {
            return nn.functional.scaled_dot_product_attention(query, key, value, isSeen).MoveToOuterDisposeScope();
        }

        // The shorter of the two is scaled, which is less work.
        double scale = 1 / Math.Sqrt(query.shape[3]);
        var products = query.shape[2] > key.shape[2] ? matmul(query, (key * scale).transpose(-1, -2)) : matmul(query * scale, key.transpose(-1, -2));
        if (isSeen is not null)
        {
            // Added in place: to fill what is masked would take another pass forward and one more backward.
            products.add_(zeros_like(isSeen, dtype: products.dtype).masked_fill_(isSeen.logical_not(), float.NegativeInfinity));
        }

        return matmul(nn.functional.softmax(products, -1), value).MoveToOuterDisposeScope();
    }
}
