using System.Text.Json.Nodes;
using Grpc.Core;
using S2M.Client;
using S2M.Protos.V1;

namespace S2M.Cli.Following;

/// <summary>Follows a job to its end and shows what happens.</summary>
/// <param name="client">The server.</param>
/// <param name="view">Where it is shown.</param>
internal sealed class Follow(S2MClient client, JobView view)
{
    /// <summary>Follows it. A paused job is waited for: it can be resumed from elsewhere.</summary>
    /// <param name="jobId">The job, or a beginning of its identifier that only it has.</param>
    /// <param name="cancellationToken">Ends the following; the job goes on.</param>
    /// <exception cref="S2MException">There is no such job, or the server could not be reached to begin with.</exception>
    internal async Task<FollowedJob> RunAsync(string jobId, CancellationToken cancellationToken)
    {
        Job? job = null;
        await foreach (WatchJobResponse happened in client.Jobs.WatchAsync(jobId, cursor: null, view.OnReconnecting, cancellationToken))
        {
            view.Show(happened);
            job = happened.Job ?? job;
        }

        view.Close();
        return new FollowedJob(job!, await MetricsAsync(job!, cancellationToken));
    }

    private async Task<JsonNode?> MetricsAsync(Job job, CancellationToken cancellationToken)
    {
        try
        {
            return JsonNode.Parse(await client.Jobs.ReadFileAsync(job.JobId, "metrics.json", cancellationToken: cancellationToken));
        }
        catch (S2MException problem) when (!job.State.Equals(JobState.Succeeded) && problem.Status is StatusCode.NotFound or StatusCode.FailedPrecondition)
        {
            // A job that did not come so far has none.
            return null;
        }
    }
}
