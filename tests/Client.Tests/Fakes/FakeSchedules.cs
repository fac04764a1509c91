using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using S2M.Protos.V1;

namespace S2M.Client.Tests.Fakes;

/// <summary>The schedule service: keeps what it is told.</summary>
public sealed class FakeSchedules : ScheduleService.ScheduleServiceBase
{
    public ConcurrentDictionary<string, Schedule> All { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<IMessage> Requests { get; } = new();

    public override Task<CreateScheduleResponse> CreateSchedule(CreateScheduleRequest request, ServerCallContext context)
    {
        Requests.Enqueue(request);
        All[request.Name] = new Schedule
        {
            Name = request.Name,
            Namespace = request.Namespace,
            Cron = request.Cron,
            TimeZone = request.TimeZone,
            StartFrom = request.StartFrom,
            MissedRuns = request.MissedRuns,
        };
        return Task.FromResult(new CreateScheduleResponse { Schedule = All[request.Name] });
    }

    public override Task<GetScheduleResponse> GetSchedule(GetScheduleRequest request, ServerCallContext context)
        => Task.FromResult(new GetScheduleResponse { Schedule = Find(request.Name), Runs = { new ScheduleRun { Outcome = ScheduleOutcome.Started, JobId = "nightly-1" } } });

    public override Task<ListSchedulesResponse> ListSchedules(ListSchedulesRequest request, ServerCallContext context)
        => Task.FromResult(new ListSchedulesResponse { Schedules = { All.Values } });

    public override Task<PauseScheduleResponse> PauseSchedule(PauseScheduleRequest request, ServerCallContext context)
    {
        Requests.Enqueue(request);
        Find(request.Name).Paused = true;
        return Task.FromResult(new PauseScheduleResponse { Schedule = Find(request.Name) });
    }

    public override Task<ResumeScheduleResponse> ResumeSchedule(ResumeScheduleRequest request, ServerCallContext context)
    {
        Requests.Enqueue(request);
        Find(request.Name).Paused = false;
        return Task.FromResult(new ResumeScheduleResponse { Schedule = Find(request.Name) });
    }

    public override Task<DeleteScheduleResponse> DeleteSchedule(DeleteScheduleRequest request, ServerCallContext context)
    {
        Requests.Enqueue(request);
        All.TryRemove(Find(request.Name).Name, out _);
        return Task.FromResult(new DeleteScheduleResponse());
    }

    public override Task<RunScheduleResponse> RunSchedule(RunScheduleRequest request, ServerCallContext context)
    {
        Requests.Enqueue(request);
        return Task.FromResult(new RunScheduleResponse { Run = new ScheduleRun { Outcome = ScheduleOutcome.Started, JobId = $"{Find(request.Name).Name}-1" } });
    }

    private Schedule Find(string name) => All.TryGetValue(name, out Schedule? schedule)
        ? schedule
        : throw new RpcException(new Status(StatusCode.NotFound, $"schedule '{name}': expected one that is there, got none; list them"));
}
