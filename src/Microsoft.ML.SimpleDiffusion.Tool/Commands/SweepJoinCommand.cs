using System.CommandLine;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary><c>simple-diffusion sweep join</c>: helps with a sweep that another process or machine has begun.</summary>
internal static class SweepJoinCommand
{
    /// <param name="runner">Runs commands.</param>
    /// <param name="invitation">Knows what the sweep was begun with.</param>
    /// <param name="sweep">Does the sweep that a command line describes.</param>
    public static System.CommandLine.Command Create(CommandRunner runner, SweepInvitation invitation, Action<ParseResult, Session> sweep)
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "Folder of the sweep, which all machines see." };
        var images = new Option<DirectoryInfo?>("--images") { Description = "Where the images are on this machine, if elsewhere." };
        var command = new System.CommandLine.Command("join", "Helps with a sweep that was begun elsewhere: takes trainings that nobody has, until all are done. May come and go at any time.") { folder, images };
        runner.SetAction(command, (result, session) =>
        {
            var joined = result.RootCommandResult.Command.Parse(invitation.Read(result.GetRequiredValue(folder), result.GetValue(images)));
            if (joined.Errors.Count > 0)
            {
                throw new UsageException($"The sweep was begun with what this version does not know: {joined.Errors[0].Message}");
            }

            sweep(joined, session);
        });
        return command;
    }
}
