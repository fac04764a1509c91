namespace S2M.Cli.Commands;

/// <summary>A command that cannot do what it was asked to: the message says what was expected, what it got, and what to do.</summary>
/// <param name="exitCode">What the process ends with.</param>
/// <param name="message">Name, expected, got, remedy.</param>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    /// <summary>What the process ends with.</summary>
    internal int ExitCode { get; } = exitCode;

    /// <summary>Reads a text file that the command line names.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CommandException">It cannot be read.</exception>
    internal static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Usage, $"file '{path}': expected a text file that can be read, got: {problem.Message}; check the path");
        }
    }
}
