using System.Diagnostics;
using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Tool.LibTorch;

/// <summary>The NuGet package with libtorch for a system's CPU. It is restored as any package is: from the user's own sources, into the user's own package folder.</summary>
internal sealed class TorchPackage
{
    /// <summary>About what is downloaded.</summary>
    public const string SizeText = "about 130 MB";

    /// <summary>The version that TorchSharp was built for; held to Directory.Packages.props by a test.</summary>
    public const string Version = NativeLoadDiagnosis.TorchVersion;

    private readonly string _platform;

    private TorchPackage(string platform, string id) => (_platform, Id) = (platform, id);

    public string Id { get; }

    public string NativeFolder => Path.Combine(PackagesFolder(), Id, Version, "runtimes", _platform, "native");

    public bool IsRestored => File.Exists(Path.Combine(NativeFolder, NativeLibraryFolders.FileName("torch_cpu")));

    /// <exception cref="InvalidOperationException">There is no package for this system.</exception>
    public static TorchPackage OfThisSystem() => TryOfThisSystem() ?? throw new InvalidOperationException(
        $"There is no package of libtorch for {NativeLoadDiagnosis.CurrentPlatform()}, only for {string.Join(", ", NativeLoadDiagnosis.Platforms)}. Name a folder that has it with --libtorch.");

    public static TorchPackage? TryOfThisSystem()
        => NativeLoadDiagnosis.CurrentPlatform() is var platform && NativeLoadDiagnosis.PackageFor(platform) is string id ? new TorchPackage(platform, id) : null;

    /// <summary>Restores the package with the .NET SDK, as a project that refers to it would.</summary>
    /// <exception cref="InvalidOperationException">That failed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Restore(CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("simple-diffusion-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "Restore.csproj"), $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <TargetFramework>net10.0</TargetFramework>
                    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
                  </PropertyGroup>
                  <ItemGroup>
                    <PackageReference Include="{Id}" Version="[{Version}]" />
                  </ItemGroup>
                </Project>
                """);
            RunDotnet(folder, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        if (!IsRestored)
        {
            throw new InvalidOperationException($"The package {this} was restored, but has no libtorch in '{NativeFolder}'.");
        }
    }

    public override string ToString() => $"{Id} {Version}";

    private static string PackagesFolder() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
        ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private void RunDotnet(string folder, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", ["restore", "--nologo", "-v", "quiet"])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"The .NET SDK, which is to download {this}, cannot be started: {e.Message}. Name a folder with libtorch with --libtorch.", e);
        }

        using var stop = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellationToken.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The package {this} cannot be restored from your NuGet sources: {FirstLine(output + errors.Result)}");
        }
    }

    private static string FirstLine(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "dotnet restore failed.";
}
