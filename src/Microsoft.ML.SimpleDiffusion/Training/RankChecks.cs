using System.Numerics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>Checks that ranks can train together, and fits the options of the machine to each.</summary>
internal static class RankChecks
{
    /// <summary>The options of one rank: its share of the machine, and nothing that the first rank tells.</summary>
    /// <param name="options">The options of the program, the same on all ranks.</param>
    /// <param name="ranks">The ranks.</param>
    /// <exception cref="InvalidOperationException">The ranks cannot share a step's batches, or a rank has other options.</exception>
    public static SimpleDiffusionOptions OptionsOf(SimpleDiffusionOptions options, Ranks ranks)
    {
        if (ranks.IsAlone)
        {
            return options;
        }

        RequireShares(options.Training, ranks.Count);
        RequireSameOptions(ranks, options);
        var own = options.Clone();
        own.Compute.DeviceIndex = options.Compute.DeviceIndex == 0 ? ranks.LocalIndex : options.Compute.DeviceIndex;
        own.Compute.Threads ??= Math.Max(1, Environment.ProcessorCount / ranks.LocalCount);
        if (!ranks.IsFirst)
        {
            own.Training.Progress = null;
            own.Training.TensorBoardDirectory = null;
        }

        return own;
    }

    /// <summary>Connects the devices of the ranks.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="target">This rank's device.</param>
    /// <exception cref="InvalidOperationException">The devices are of two kinds, two ranks have one GPU, or NCCL cannot be loaded.</exception>
    public static Ranks Connect(Ranks ranks, ComputeTarget target)
    {
        if (ranks.IsAlone)
        {
            return ranks;
        }

        var (device, precision) = (target.Device.type, target.Precision);
        string[] firsts = ranks.TextFromFirst(() => $"{device} {precision}")!.Split(' ');
        RankAgreement.Require(ranks, $"{device} {precision}" == string.Join(' ', firsts)
            ? null
            : $"trains on {device} in {precision}, and rank 0 on {firsts[0]} in {firsts[1]}: set Compute.Device and Compute.Precision.");
        if (!target.IsCuda)
        {
            return ranks;
        }

        var places = ranks.GatherBytes(SHA256.HashData(Encoding.UTF8.GetBytes($"{Environment.MachineName} {target.Device.index}"))).Select(Convert.ToHexString).ToList();
        int first = places.IndexOf(places[ranks.Index]);
        RankAgreement.Require(ranks, first == ranks.Index
            ? null
            : $"has the GPU {target.Device.index} of {Environment.MachineName}, which rank {first} has: start as many ranks on a machine as it has GPUs, and leave Compute.DeviceIndex at 0.");
        return ranks.With(NcclTransport.Create(ranks, target.Device.index));
    }

    /// <summary>Checks that all ranks do the same training.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="configuration">This rank's configuration.</param>
    /// <param name="data">This rank's data.</param>
    /// <exception cref="InvalidOperationException">A rank has another version, other options or other data.</exception>
    public static void RequireSame(Ranks ranks, ModelConfiguration configuration, RunData data)
    {
        if (ranks.IsAlone)
        {
            return;
        }

        string version = typeof(RankChecks).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? string.Empty;
        string firstVersion = ranks.TextFromFirst(() => version)!;
        var firstConfiguration = ModelConfigurationJson.Parse(ranks.TextFromFirst(() => ModelConfigurationJson.Serialize(configuration))!);
        var firstData = RunData.Parse(ranks.TextFromFirst(data.ToJson)!);
        RankAgreement.Require(
            ranks,
            version != firstVersion ? $"has version {version} of Microsoft.ML.SimpleDiffusion, and rank 0 has {firstVersion}."
            : ConfigurationDifference.Find(firstConfiguration, configuration) is string difference ? $"comes to another training than rank 0: {difference}."
            : firstData.FindDifference(data, "first rank") is string other ? $"has other data than rank 0. {other}"
            : null);
    }

    /// <summary>Before ranks do different things and wait for each other in vain.</summary>
    private static void RequireSameOptions(Ranks ranks, SimpleDiffusionOptions options)
    {
        var own = new ModelConfiguration { Options = options, Condition = new ConditionDescription { Kind = ConditionKind.None }, TrainedSteps = 0 };
        string[] others =
        [
            string.Join(", ", options.Training.Metrics.Select(metric => metric.Name).Prepend("metrics:")),
            options.Training.CheckpointDirectory is null ? "no folder of checkpoints" : "a folder of checkpoints",
            options.Compute.ShardWeights ? "shards of the weights" : "whole weights",
        ];
        var first = ModelConfigurationJson.Parse(ranks.TextFromFirst(() => ModelConfigurationJson.Serialize(own))!);
        string[] firstOthers = ranks.TextFromFirst(() => string.Join('\n', others))!.Split('\n');
        int place = Enumerable.Range(0, others.Length).FirstOrDefault(i => others[i] != firstOthers[i], -1);
        RankAgreement.Require(
            ranks,
            ConfigurationDifference.FindAny(first, own) is string difference ? $"has other options than rank 0: {difference}."
            : place >= 0 ? $"has other options than rank 0: {others[place]}, in place of {firstOthers[place]}."
            : null);
    }

    private static void RequireShares(TrainingOptions training, int ranks)
    {
        if (!BitOperations.IsPow2(ranks))
        {
            throw new InvalidOperationException($"{ranks} ranks cannot train together: there must be 2, 4, 8 or another power of two.");
        }

        if (training.GradientAccumulation < ranks || !BitOperations.IsPow2(training.GradientAccumulation))
        {
            throw new InvalidOperationException(
                $"{ranks} ranks cannot share the {training.GradientAccumulation} batches of a step: set Training.GradientAccumulation to {ranks} or a larger power of two. "
                + $"A step then takes that many batches of Training.BatchSize ({training.BatchSize}) images, on one rank as on many.");
        }
    }
}
