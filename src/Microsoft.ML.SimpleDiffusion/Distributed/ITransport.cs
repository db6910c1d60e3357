using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Distributed;

/// <summary>Carries numbers between the processes of one training, its ranks.</summary>
internal interface ITransport
{
    /// <summary>Number of this process, from 0.</summary>
    int Rank { get; }

    /// <summary>How many processes there are.</summary>
    int Size { get; }

    /// <summary>
    /// Does all transfers, of which those between two ranks arrive in the order in which they are sent. Returns when the tensors may be used again: at once on a GPU,
    /// whose stream waits.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another rank does not answer.</exception>
    void Exchange(IReadOnlyList<Transfer> transfers);

    /// <summary>Ends all processes, because this one cannot go on.</summary>
    /// <param name="reason">A sentence for the user.</param>
    void Abort(string reason);
}

/// <summary>A tensor that is sent to a rank, or that is filled with what it sends.</summary>
/// <param name="Peer">The other rank.</param>
/// <param name="IsSent">Whether it is sent.</param>
/// <param name="Part">A contiguous tensor. Not owned.</param>
internal readonly record struct Transfer(int Peer, bool IsSent, Tensor Part);
