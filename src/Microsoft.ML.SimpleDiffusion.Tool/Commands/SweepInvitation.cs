using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>What a sweep was begun with, in a file of its folder, so that other machines can join it by the folder alone.</summary>
/// <param name="sweep">The command.</param>
/// <param name="ofThisProcess">Options that each process has its own of.</param>
internal sealed class SweepInvitation(System.CommandLine.Command sweep, IReadOnlyList<Option> ofThisProcess)
{
    private const string FileName = "command.json";
    private const long MaxLength = 1 << 20;

    /// <summary>Writes the file, unless it is there.</summary>
    /// <param name="result">What was called.</param>
    /// <param name="images">The argument with the folder of images.</param>
    /// <param name="directory">The sweep's folder.</param>
    public void Write(ParseResult result, Argument<DirectoryInfo> images, string directory)
    {
        string path = Path.Combine(directory, FileName);
        if (File.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(directory);
        string[] arguments = [result.GetRequiredValue(images).FullName, .. sweep.Options.Except(ofThisProcess).SelectMany(option => Describe(result, option))];
        string temporary = $"{path}.{Guid.NewGuid():N}";
        File.WriteAllText(temporary, JsonSerializer.Serialize(arguments));
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The command line of the sweep in a folder.</summary>
    /// <param name="directory">The sweep's folder.</param>
    /// <param name="images">Where the images are on this machine; null: at the same path.</param>
    /// <exception cref="UsageException">There is no sweep, or its file is damaged.</exception>
    public IReadOnlyList<string> Read(DirectoryInfo directory, DirectoryInfo? images)
    {
        var file = new FileInfo(Path.Combine(directory.FullName, FileName));
        if (!file.Exists)
        {
            throw new UsageException($"There is no sweep to join in '{directory.FullName}': begin it with 'simple-diffusion sweep IMAGES --folder {directory.FullName}'.");
        }

        string[]? arguments = null;
        try
        {
            arguments = file.Length > MaxLength ? null : JsonSerializer.Deserialize<string[]>(File.ReadAllText(file.FullName));
        }
        catch (JsonException)
        {
            // Said below.
        }

        return arguments is { Length: > 0 } && arguments.All(argument => argument is not null)
            ? [sweep.Name, images?.FullName ?? arguments[0], .. arguments[1..], "--folder", directory.FullName]
            : throw new UsageException($"The file '{file.FullName}' is damaged: the command that began the sweep writes it anew when it is deleted.");
    }

    private static IEnumerable<string> Describe(ParseResult result, Option option)
    {
        if (result.GetResult(option) is not OptionResult { Implicit: false } given)
        {
            return [];
        }

        bool isPath = typeof(FileSystemInfo).IsAssignableFrom(option.ValueType);
        string[] values = [.. given.Tokens.Select(token => isPath ? Path.GetFullPath(token.Value) : token.Value)];
        return values.Length == 0 ? [option.Name] : values.SelectMany(value => new[] { option.Name, value });
    }
}
