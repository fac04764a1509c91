using System.Diagnostics;
using System.Runtime.CompilerServices;
using S2M.Client.Connections;
using S2M.Protos.V1;

namespace S2M.Client.Jobs;

/// <summary>The lines of a job's log, over as many streams as it takes.</summary>
/// <param name="connection">To the server.</param>
/// <param name="service">The job service.</param>
internal sealed class LogReader(Connection connection, JobService.JobServiceClient service)
{
    /// <summary>Reads the lines.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="afterOffset">The last line that is known; 0 for the beginning.</param>
    /// <param name="follow">Whether to go on until the job is at an end.</param>
    /// <param name="onReconnecting">Is told of each cut; null for nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async IAsyncEnumerable<LogLine> ReadAsync(
        string jobId, long afterOffset, bool follow, Action<Reconnection>? onReconnecting, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using Activity? span = connection.Begin("Jobs.ReadLogs");
        long seen = afterOffset;
        bool live = follow;
        using var stream = new ResumableStream<ReadLogsResponse>(
            connection,
            span,
            () => service.ReadLogs(new ReadLogsRequest { JobId = jobId, AfterOffset = seen, Follow = live }, connection.Stream(cancellationToken)),
            patient: follow,
            onReconnecting);
        while (true)
        {
            StreamStep step = await stream.NextAsync(cancellationToken);
            if (step == StreamStep.Received)
            {
                stream.Progressed();
                LogLine line = stream.Current.Line;
                if (line.Offset > seen)
                {
                    seen = line.Offset;
                    yield return line;
                }
            }
            else if (step == StreamStep.Completed)
            {
                if (!live)
                {
                    yield break;
                }

                // Lines cannot say that they are the last: the job does, and then one more look finds what came in between.
                Job job = (await connection.UnaryAsync(
                    "Jobs.Get", connection.Options.Deadline, options => service.GetJobAsync(new GetJobRequest { JobId = jobId }, options), cancellationToken)).Job;
                if (job.State.IsTerminal())
                {
                    live = false;
                }
                else
                {
                    await stream.EndedEarlyAsync("the stream ended before the job did", cancellationToken);
                }
            }
        }
    }
}
