namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>A home in which whatever a program writes unasked can be seen.</summary>
internal static class FreshHome
{
    /// <summary>On a build server ONNX Runtime sends nothing by itself, which would hide whether it was told not to.</summary>
    private static readonly string[] BuildServers =
    [
        "CI", "TF_BUILD", "GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "TRAVIS", "JENKINS_URL", "CODEBUILD_BUILD_ID", "BUILDKITE", "TEAMCITY_VERSION",
        "APPVEYOR", "BITBUCKET_BUILD_NUMBER",
    ];

    /// <summary>Variables for a process that has this home and is on no build server.</summary>
    public static (string Name, string? Value)[] Variables(string home) =>
    [
        .. BuildServers.Select(name => (name, (string?)null)),
        ("HOME", home), ("XDG_CACHE_HOME", Path.Combine(home, "cache")), ("XDG_DATA_HOME", Path.Combine(home, "data")),
    ];
}
