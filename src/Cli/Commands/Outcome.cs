using System.ComponentModel.DataAnnotations;
using Grpc.Core;
using S2M.Client;
using S2M.Data;

namespace S2M.Cli.Commands;

/// <summary>From a command's work to its exit code: every exception becomes a message that a user can act on.</summary>
internal static class Outcome
{
    /// <summary>Does the work.</summary>
    /// <param name="work">Gives the exit code.</param>
    /// <param name="farewell">What is said of work that was interrupted.</param>
    /// <param name="errors">Where messages go.</param>
    internal static async Task<int> OfAsync(Func<Task<int>> work, Func<string> farewell, TextWriter errors)
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
        catch (S2MException problem)
        {
            await errors.WriteLineAsync($"error: {problem.Message}");

            // The first one, or the only one, may be the message already.
            foreach (FieldViolation violation in problem.Violations.Where(violation => !problem.Message.Contains(violation.Description, StringComparison.Ordinal)))
            {
                await errors.WriteLineAsync($"  {violation.Field}: {violation.Description}");
            }

            return Of(problem.Status);
        }
        catch (CommandException problem)
        {
            await errors.WriteLineAsync($"error: {problem.Message}");
            return problem.ExitCode;
        }
        catch (Exception problem) when (problem is DataException or ValidationException)
        {
            await errors.WriteLineAsync($"error: {problem.Message}");
            return ExitCodes.Usage;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            await errors.WriteLineAsync($"error: {problem.Message}");
            return ExitCodes.Failed;
        }
    }

    private static int Of(StatusCode status) => status switch
    {
        StatusCode.Unavailable or StatusCode.DeadlineExceeded => ExitCodes.Unreachable,
        StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.OutOfRange => ExitCodes.Usage,
        _ => ExitCodes.Failed,
    };
}
