using System.Diagnostics;
using System.Runtime.CompilerServices;
using S2M.Client.Connections;
using S2M.Protos.V1;

namespace S2M.Client.Jobs;

/// <summary>The events of a job to its end, over as many streams as it takes.</summary>
/// <param name="connection">To the server.</param>
/// <param name="service">The job service.</param>
internal sealed class JobWatch(Connection connection, JobService.JobServiceClient service)
{
    /// <summary>Reads the events.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cursor">Where to begin; null for the beginning.</param>
    /// <param name="onReconnecting">Is told of each cut; null for nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async IAsyncEnumerable<WatchJobResponse> ReadAsync(
        string jobId, WatchCursor? cursor, Action<Reconnection>? onReconnecting, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using Activity? span = connection.Begin("Jobs.Watch");
        var position = new WatchPosition(cursor);
        using var stream = new ResumableStream<WatchJobResponse>(
            connection,
            span,
            () => service.WatchJob(new WatchJobRequest { JobId = jobId, Cursor = position.Cursor }, connection.Stream(cancellationToken)),
            patient: true,
            onReconnecting);
        bool begins = true;

        // A job that is at an end already says so first, and again last: in between comes what was not seen yet.
        WatchJobResponse? ended = null;
        bool isLast = false;
        while (true)
        {
            StreamStep step = await stream.NextAsync(cancellationToken);
            if (step == StreamStep.Received)
            {
                stream.Progressed();
                WatchJobResponse response = stream.Current;
                isLast = response.Job is not null;
                bool isNew = position.Advance(response);
                if (response.Job is { } job && job.State.IsTerminal())
                {
                    if (!begins)
                    {
                        yield return response;
                        yield break;
                    }

                    ended = response;
                }
                else if (isNew)
                {
                    // Resumed between two streams: that it had ended is news too.
                    if (response.Job is not null && ended is not null)
                    {
                        yield return ended;
                        ended = null;
                    }

                    yield return response;
                }

                begins = false;
                continue;
            }

            if (step == StreamStep.Completed)
            {
                if (ended is not null && isLast)
                {
                    yield return ended;
                    yield break;
                }

                await stream.EndedEarlyAsync("the stream ended before the job did", cancellationToken);
            }

            begins = true;
        }
    }
}
