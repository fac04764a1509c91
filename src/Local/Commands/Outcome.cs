using Grpc.Core;
using S2M.Client;
using S2M.Coordinator;
using S2M.Data;
using S2M.Model;
using S2M.Specification;
using S2M.Worker;

namespace S2M.Local.Commands;

/// <summary>From a command's work to its exit code: every exception becomes a message that a user can act on.</summary>
internal static class Outcome
{
    /// <summary>Where the details of an error that nobody foresaw are kept, below the command's folder.</summary>
    internal const string FailureFile = "failure.txt";

    /// <summary>Does the work.</summary>
    /// <param name="work">Gives the exit code.</param>
    /// <param name="farewell">What is said of work that was interrupted.</param>
    /// <param name="folder">The command's folder.</param>
    /// <param name="errors">Where messages go.</param>
    internal static async Task<int> OfAsync(Func<Task<int>> work, Func<string> farewell, string folder, TextWriter errors)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync(farewell());
            return ExitCodes.Interrupted;
        }
        catch (Exception problem) when (problem is SpecificationException or DataException)
        {
            await errors.WriteLineAsync($"error: {problem.Message}");
            return ExitCodes.Usage;
        }
        catch (S2MException problem)
        {
            await errors.WriteLineAsync($"error: {problem.Message}");
            return problem.Status is StatusCode.InvalidArgument or StatusCode.NotFound ? ExitCodes.Usage : ExitCodes.Failed;
        }
        catch (Exception problem) when (problem is CoordinatorException or WorkerException or Set2ModelException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"error: {problem.Message}");
            return ExitCodes.Failed;
        }
#pragma warning disable CA1031 // The last resort: whatever native code or a mistake of ours throws ends as one line and a file for whoever mends it.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            string firstLine = problem.Message.Split('\n', 2)[0].TrimEnd();
            await errors.WriteLineAsync($"error: unexpected {problem.GetType().Name}: {firstLine} {Keep(problem, folder)}");
            return ExitCodes.Failed;
        }
    }

    /// <summary>Writes the details down.</summary>
    /// <returns>Where they are; where they cannot be written, the details themselves.</returns>
    private static string Keep(Exception problem, string folder)
    {
        string path = Path.GetFullPath(Path.Combine(folder, FailureFile));
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(path, $"{problem}{Environment.NewLine}");
            return $"(details: {path})";
        }
        catch (Exception second) when (second is IOException or UnauthorizedAccessException)
        {
            return $"(details, since {path} cannot be written: {problem})";
        }
    }
}
