using System.Diagnostics;

namespace Microsoft.ML.SimpleDiffusion.Tool.Packages;

/// <summary>
/// A NuGet package that the program works with and is not shipped with, since it is larger than all of the program. It is restored as any package is: from the user's own
/// sources, into the user's own package folder.
/// </summary>
internal sealed record NuGetPackage(string Id, string Version)
{
    /// <summary>Where the package is once it is restored.</summary>
    public string Folder => Path.Combine(PackagesFolder(), Id.ToLowerInvariant(), Version);

    /// <summary>The user's package folder.</summary>
    public static string PackagesFolder() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
        ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>Restores the package with the .NET SDK, without what it depends on.</summary>
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
                    <PackageDownload Include="{Id}" Version="[{Version}]" />
                  </ItemGroup>
                </Project>
                """);
            RunDotnet(folder, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public override string ToString() => $"{Id} {Version}";

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
            throw new InvalidOperationException($"The .NET SDK, which is to download {this}, cannot be started: {e.Message}", e);
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
