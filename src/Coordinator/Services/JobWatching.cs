using Grpc.Core;
using Microsoft.Extensions.Hosting;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Training;
using S2M.Protos.V1;
using PhaseProgress = S2M.Coordinator.Jobs.PhaseProgress;

namespace S2M.Coordinator.Services;

/// <summary>
/// Follows a job through its rows: a watcher sees what is committed, from its cursor on, whichever silo it asks and however often it was cut off. Ends at the
/// end of the job, after everything that happened before.
/// </summary>
/// <param name="store">The jobs' rows.</param>
/// <param name="history">Their metrics and logs.</param>
/// <param name="queries">Finds jobs.</param>
/// <param name="grains">Their owners, for progress.</param>
/// <param name="lifetime">Watchers are sent away when the host stops: they come back.</param>
/// <param name="time">The clock.</param>
internal sealed class JobWatching(
    IJobStore store, IJobHistory history, JobQueries queries, IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private const int Page = 1000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>Streams events until the job is at an end.</summary>
    internal async Task WatchAsync(WatchJobRequest request, IServerStreamWriter<WatchJobResponse> stream, CancellationToken cancellationToken)
    {
        WatchCursor cursor = Checked(request.Cursor);
        string id = (await queries.FindAsync(request.JobId, cancellationToken)).Job.Id;
        (Jobs.JobState State, string Waits, int Checkpoint, long Epoch)? shown = null;
        PhaseProgress? progress = null;
        for (; ; )
        {
            // The job first, then its events: at its end everything that happened before is there.
            JobRecord record = await store.FindAsync(id, cancellationToken) ?? throw Violations.NotFound($"job '{id}' is gone");
            (Jobs.JobState, string, int, long) now = (record.State, record.WaitsFor, record.CheckpointStep, record.Epoch);
            bool isEnd = JobTransitions.IsEnd(record.State);
            // At its end the job comes behind its events, but for the first message, which says what is watched.
            if (now != shown && (!isEnd || shown is null))
            {
                await stream.WriteAsync(new WatchJobResponse { Job = await queries.ShowAsync(record), Cursor = cursor.Clone() }, cancellationToken);
                shown = now;
            }

            bool more = await SendEventsAsync(id, cursor, stream, cancellationToken);
            if (more)
            {
                continue;
            }

            if (isEnd)
            {
                await stream.WriteAsync(new WatchJobResponse { Job = await queries.ShowAsync(record), Cursor = cursor }, cancellationToken);
                return;
            }

            PhaseProgress? next = record.State == Jobs.JobState.Running ? (await grains.GetGrain<IJobGrain>(id).LifeAsync()).Progress : null;
            if (next is not null && next != progress)
            {
                await stream.WriteAsync(new WatchJobResponse { Progress = WireJobs.ToWire(next), Cursor = cursor.Clone() }, cancellationToken);
            }

            progress = next;
            await PauseAsync(cancellationToken);
        }
    }

    /// <summary>Streams lines of a log.</summary>
    /// <param name="request">Which job, from where on, and whether lines to come are wanted.</param>
    /// <param name="stream">Where they go.</param>
    /// <param name="answerAsync">Answers without a line, once, where there is none yet: who follows knows that the call was let in.</param>
    /// <param name="cancellationToken">Stops.</param>
    internal async Task ReadLogsAsync(ReadLogsRequest request, IServerStreamWriter<ReadLogsResponse> stream, Func<Task> answerAsync, CancellationToken cancellationToken)
    {
        var bad = new Violations();
        bad.Require(request.AfterOffset >= 0, "after_offset", $"expected at least 0, got {request.AfterOffset}; give the last line that is known");
        bad.ThrowIfAny();
        string id = (await queries.FindAsync(request.JobId, cancellationToken)).Job.Id;
        long offset = request.AfterOffset;
        bool isAnswered = false;
        for (; ; )
        {
            JobRecord record = await store.FindAsync(id, cancellationToken) ?? throw Violations.NotFound($"job '{id}' is gone");
            IReadOnlyList<JobLogLine> lines = await history.LinesAsync(id, offset, Page, cancellationToken);
            foreach (JobLogLine line in lines)
            {
                await stream.WriteAsync(new ReadLogsResponse { Line = WireJobs.ToWire(line) }, cancellationToken);
                offset = line.Offset;
                isAnswered = true;
            }

            if (lines.Count == Page)
            {
                continue;
            }

            if (!request.Follow || JobTransitions.IsEnd(record.State))
            {
                return;
            }

            if (!isAnswered)
            {
                await answerAsync();
                isAnswered = true;
            }

            await PauseAsync(cancellationToken);
        }
    }

    private static WatchCursor Checked(WatchCursor? cursor)
    {
        WatchCursor checkedCursor = cursor?.Clone() ?? new WatchCursor();
        var bad = new Violations();
        bad.Require(checkedCursor.LogOffset >= 0, "cursor.log_offset", $"expected at least 0, got {checkedCursor.LogOffset}; give back the cursor that was received last");
        bad.Require(checkedCursor.Step >= 0, "cursor.step", $"expected at least 0, got {checkedCursor.Step}; give back the cursor that was received last");
        bad.Require(
            checkedCursor.ValidationStep >= 0, "cursor.validation_step", $"expected at least 0, got {checkedCursor.ValidationStep}; give back the cursor that was received last");
        bad.ThrowIfAny();
        return checkedCursor;
    }

    /// <summary>Sends what is behind the cursor and moves it.</summary>
    /// <returns>Whether there may be more.</returns>
    private async Task<bool> SendEventsAsync(string id, WatchCursor cursor, IServerStreamWriter<WatchJobResponse> stream, CancellationToken cancellationToken)
    {
        IReadOnlyList<StepRecord> steps = await history.StepsAsync(id, cursor.Step, Page, cancellationToken);
        foreach (StepRecord step in steps)
        {
            cursor.Step = step.Step;
            await stream.WriteAsync(new WatchJobResponse { Step = WireJobs.ToWire(step), Cursor = cursor.Clone() }, cancellationToken);
        }

        foreach (ValidationRecord validation in await history.ValidationsAsync(id, cursor.ValidationStep, cancellationToken))
        {
            cursor.ValidationStep = validation.Step;
            await stream.WriteAsync(new WatchJobResponse { Validation = WireJobs.ToWire(validation), Cursor = cursor.Clone() }, cancellationToken);
        }

        IReadOnlyList<JobLogLine> lines = await history.LinesAsync(id, cursor.LogOffset, Page, cancellationToken);
        foreach (JobLogLine line in lines)
        {
            cursor.LogOffset = line.Offset;
            await stream.WriteAsync(new WatchJobResponse { Log = WireJobs.ToWire(line), Cursor = cursor.Clone() }, cancellationToken);
        }

        return steps.Count == Page || lines.Count == Page;
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            await Task.Delay(Look, time, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the coordinator stops; connect again and give back the last cursor"));
        }
    }
}
