using System.Globalization;
using Grpc.Core;
using S2M.Coordinator.Schedules;
using S2M.Coordinator.Storage;
using S2M.Protos.V1;

namespace S2M.Coordinator.Services;

/// <summary>Schedules over the wire.</summary>
/// <param name="store">Their rows.</param>
/// <param name="runner">Begins runs.</param>
/// <param name="requests">The same request again gets the same answer.</param>
/// <param name="time">The clock.</param>
internal sealed class ScheduleEndpoint(IScheduleStore store, ScheduleRunner runner, IRequestLog requests, TimeProvider time) : ScheduleService.ScheduleServiceBase
{
    private const int MostRuns = 50;

    // Due times of the clock that a schedule can have been given before its clock was set back; see ResumeSchedule.
    private const int RunsAhead = 1000;

    /// <inheritdoc/>
    public override async Task<CreateScheduleResponse> CreateSchedule(CreateScheduleRequest request, ServerCallContext context)
    {
        ScheduleRecord schedule = ScheduleRequests.Read(request, time.GetUtcNow());
        bool seen = await FindSubjectAsync(request.RequestId, nameof(CreateSchedule), SubjectOf(schedule.Namespace, schedule.Name), context) is not null;
        if (!seen && await store.AddAsync(schedule, context.CancellationToken))
        {
            await RecordAsync(request.RequestId, nameof(CreateSchedule), SubjectOf(schedule.Namespace, schedule.Name), context);
        }

        // The row knows its request, so that an answer that was lost before the request was recorded is given again.
        ScheduleRecord stored = await FindAsync(schedule.Namespace, schedule.Name, context);
        return stored.RequestId == request.RequestId
            ? new CreateScheduleResponse { Schedule = stored.ToMessage() }
            : throw Violations.AlreadyExists(
                $"schedule '{schedule.Name}' of namespace '{schedule.Namespace}': expected a name that is free, got one that is taken; choose another, or delete it first");
    }

    /// <inheritdoc/>
    public override async Task<GetScheduleResponse> GetSchedule(GetScheduleRequest request, ServerCallContext context)
    {
        new Violations().RequireSchedule(request.Name, request.Namespace).ThrowIfAny();
        ScheduleRecord schedule = await FindAsync(Callers.Namespace(request.Namespace), request.Name, context);
        IReadOnlyList<ScheduleRunRecord> runs = await store.RunsAsync(schedule.Namespace, schedule.Name, MostRuns, context.CancellationToken);
        return new GetScheduleResponse { Schedule = schedule.ToMessage(), Runs = { runs.Select(run => run.ToMessage()) } };
    }

    /// <inheritdoc/>
    public override async Task<ListSchedulesResponse> ListSchedules(ListSchedulesRequest request, ServerCallContext context)
    {
        new Violations().RequireNamespace(request.Namespace).ThrowIfAny();
        IReadOnlyList<ScheduleRecord> schedules = await store.ListAsync(Callers.Namespace(request.Namespace), context.CancellationToken);

        // A message holds 4 MB: some large job files would not fit.
        return new ListSchedulesResponse { Schedules = { schedules.Select(schedule => (schedule with { JobFile = string.Empty }).ToMessage()) } };
    }

    /// <inheritdoc/>
    public override async Task<PauseScheduleResponse> PauseSchedule(PauseScheduleRequest request, ServerCallContext context)
    {
        new Violations().RequireSchedule(request.Name, request.Namespace).RequireCaller(request.RequestId, request.Actor).ThrowIfAny();
        ScheduleRecord schedule = await ChangeAsync(
            request.Name, request.Namespace, request.RequestId, nameof(PauseSchedule), found => SetPausedAsync(found, paused: true, null, context), context);
        return new PauseScheduleResponse { Schedule = schedule.ToMessage() };
    }

    /// <inheritdoc/>
    public override async Task<ResumeScheduleResponse> ResumeSchedule(ResumeScheduleRequest request, ServerCallContext context)
    {
        new Violations().RequireSchedule(request.Name, request.Namespace).RequireCaller(request.RequestId, request.Actor).ThrowIfAny();
        ScheduleRecord schedule = await ChangeAsync(
            request.Name, request.Namespace, request.RequestId, nameof(ResumeSchedule), found => ResumeAsync(found, context), context);
        return new ResumeScheduleResponse { Schedule = schedule.ToMessage() };
    }

    /// <inheritdoc/>
    public override async Task<DeleteScheduleResponse> DeleteSchedule(DeleteScheduleRequest request, ServerCallContext context)
    {
        new Violations().RequireSchedule(request.Name, request.Namespace).RequireCaller(request.RequestId, request.Actor).ThrowIfAny();
        string subject = SubjectOf(Callers.Namespace(request.Namespace), request.Name);
        if (await FindSubjectAsync(request.RequestId, nameof(DeleteSchedule), subject, context) is null)
        {
            ScheduleRecord schedule = await FindAsync(Callers.Namespace(request.Namespace), request.Name, context);
            await store.RemoveAsync(schedule.Namespace, schedule.Name, context.CancellationToken);
            await RecordAsync(request.RequestId, nameof(DeleteSchedule), subject, context);
        }

        return new DeleteScheduleResponse();
    }

    /// <inheritdoc/>
    public override async Task<RunScheduleResponse> RunSchedule(RunScheduleRequest request, ServerCallContext context)
    {
        new Violations().RequireSchedule(request.Name, request.Namespace).RequireCaller(request.RequestId, request.Actor).ThrowIfAny();
        string @namespace = Callers.Namespace(request.Namespace);
        await FindAsync(@namespace, request.Name, context);

        // Recorded before the run begins: whatever is lost on the way, the same request names the same run. No whole second, so that it never is a due time of the clock.
        long asked = time.GetUtcNow().ToUnixTimeMilliseconds();
        asked += asked % 1000 == 0 ? 1 : 0;
        string subject = SubjectOf(@namespace, request.Name);
        await RecordAsync(request.RequestId, nameof(RunSchedule), $"{subject}@{asked}", context);
        string recorded = await FindSubjectAsync(request.RequestId, nameof(RunSchedule), subject, context) ?? $"{subject}@{asked}";
        var due = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(recorded[(recorded.LastIndexOf('@') + 1)..], CultureInfo.InvariantCulture));
        ScheduleRunRecord? run = await runner.RunNowAsync(@namespace, request.Name, due, Callers.Actor(request.Actor), context.CancellationToken);
        return new RunScheduleResponse { Run = (run ?? throw NotFound(@namespace, request.Name)).ToMessage() };
    }

    private async Task<ScheduleRecord> ChangeAsync(
        string name, string @namespace, string requestId, string method, Func<ScheduleRecord, Task<ScheduleRecord>> change, ServerCallContext context)
    {
        ScheduleRecord schedule = await FindAsync(Callers.Namespace(@namespace), name, context);
        string subject = SubjectOf(schedule.Namespace, schedule.Name);
        if (await FindSubjectAsync(requestId, method, subject, context) is null)
        {
            schedule = await change(schedule);
            await RecordAsync(requestId, method, subject, context);
        }

        return schedule;
    }

    private async Task<ScheduleRecord> ResumeAsync(ScheduleRecord schedule, ServerCallContext context)
    {
        // One that is not paused keeps its next due time: it may be due this moment.
        if (!schedule.Paused)
        {
            return schedule;
        }

        // A due time that had its run already, before the clock was set back, does not get a second one.
        DueTimes times = DueTimes.Of(schedule);
        IReadOnlyList<ScheduleRunRecord> runs = await store.RunsAsync(schedule.Namespace, schedule.Name, RunsAhead, context.CancellationToken);
        HashSet<DateTimeOffset> served = [.. runs.Select(run => run.Due)];
        DateTimeOffset? next = times.After(time.GetUtcNow());
        while (next is { } due && served.Contains(due))
        {
            next = times.After(due);
        }

        return await SetPausedAsync(schedule, paused: false, next, context);
    }

    private async Task<ScheduleRecord> SetPausedAsync(ScheduleRecord schedule, bool paused, DateTimeOffset? nextDue, ServerCallContext context)
        => await store.SetPausedAsync(schedule.Namespace, schedule.Name, paused, nextDue, context.CancellationToken) ?? throw NotFound(schedule.Namespace, schedule.Name);

    private async Task<ScheduleRecord> FindAsync(string @namespace, string name, ServerCallContext context)
        => await store.FindAsync(@namespace, name, context.CancellationToken) ?? throw NotFound(@namespace, name);

    // What the request was about; null where it is new.
    private async Task<string?> FindSubjectAsync(string requestId, string method, string subject, ServerCallContext context)
    {
        if (await requests.FindAsync(requestId, context.CancellationToken) is not { } known)
        {
            return null;
        }

        bool same = known.Method == method && (known.Subject == subject || known.Subject.StartsWith($"{subject}@", StringComparison.Ordinal));
        new Violations().Require(same, "request_id", $"expected a new one, got that of {known.Method} of '{known.Subject}'; make one per request").ThrowIfAny();
        return known.Subject;
    }

    private Task RecordAsync(string requestId, string method, string subject, ServerCallContext context)
        => requests.AddAsync(requestId, method, subject, time.GetUtcNow(), context.CancellationToken);

    private static string SubjectOf(string @namespace, string name) => $"{@namespace}/{name}";

    private static RpcException NotFound(string @namespace, string name)
        => Violations.NotFound($"schedule '{name}' of namespace '{@namespace}': expected one that exists, got none; 's2m schedule list' shows them");
}
