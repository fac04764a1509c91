using S2M.Cli.Commands;
using S2M.Cli.Output;
using Spectre.Console;

namespace S2M.Cli.Following;

/// <summary>What is left of a followed job: its tables, the hash of its parameters, and the exit code.</summary>
internal static class FollowReport
{
    /// <summary>Follows a job and reports it.</summary>
    /// <param name="session">The command.</param>
    /// <param name="jobId">The job.</param>
    /// <returns>The exit code: 0 for a job that succeeded, 1 for every other end.</returns>
    internal static async Task<int> FollowAsync(Session session, string jobId)
    {
        session.Following(jobId);
        var view = new JobView(StatusLine.OfErrors(TimeProvider.System), TimeProvider.System);
        FollowedJob followed = await new Follow(session.Client, view).RunAsync(jobId, session.CancellationToken);
        session.Show(followed.ToJson, console => Write(console, followed));
        return followed.Succeeded ? ExitCodes.Done : ExitCodes.Failed;
    }

    /// <summary>Writes the tables; the hash of the parameters stands in the last line.</summary>
    internal static void Write(IAnsiConsole console, FollowedJob followed)
    {
        if (followed.Metrics is not null)
        {
            JobMetrics metrics = JobMetrics.Read(followed.Metrics);
            ResultTable.Write(console, metrics.Evaluations ?? []);
            ResultTable.Write(console, metrics.Retrievals ?? []);
            ResultTable.Write(console, metrics.Sets ?? []);
        }

        // Not through the console, which would break the hash where a terminal is narrow.
        console.Profile.Out.Writer.WriteLine($"job          {followed.Job.JobId}");
        console.Profile.Out.Writer.WriteLine(
            $"state        {Words.Of(followed.Job.State)}{(followed.Job.Reason.Length > 0 ? $": {followed.Job.Reason}" : string.Empty)}");
        if (followed.Job.ParametersHash.Length > 0)
        {
            console.Profile.Out.Writer.WriteLine($"parameters   {followed.Job.ParametersHash}");
        }
    }
}
