using System.Text;
using S2M.Coordinator.Schedules;
using S2M.Protos.V1;
using S2M.Specification;
using MissedRuns = S2M.Coordinator.Schedules.MissedRuns;
using StartFrom = S2M.Coordinator.Schedules.StartFrom;

namespace S2M.Coordinator.Services;

/// <summary>Checks requests about schedules, and fills in what they leave to the defaults.</summary>
internal static class ScheduleRequests
{
    private const int LargestFile = 1 << 20;
    private const int MostSettings = 100;

    /// <summary>Checks a schedule's name and namespace.</summary>
    internal static Violations RequireSchedule(this Violations violations, string name, string @namespace) => violations.RequireName("name", name).RequireNamespace(@namespace);

    /// <summary>The schedule that a request asks for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="Grpc.Core.RpcException">Something is wrong with it: InvalidArgument with every violation.</exception>
    internal static ScheduleRecord Read(CreateScheduleRequest request, DateTimeOffset now)
    {
        Violations violations = new Violations()
            .RequireSchedule(request.Name, request.Namespace)
            .RequireCaller(request.RequestId, request.Actor)
            .RequireLabels(request.Labels)
            .Require(Enum.IsDefined(request.StartFrom), "start_from", $"expected START_FROM_FRESH or START_FROM_LATEST, got {(int)request.StartFrom}")
            .Require(Enum.IsDefined(request.MissedRuns), "missed_runs", $"expected MISSED_RUNS_RUN_ONCE or MISSED_RUNS_SKIP, got {(int)request.MissedRuns}");
        string zoneName = request.TimeZone.Length == 0 ? "UTC" : request.TimeZone;
        TimeZoneInfo? zone = Try(violations, "time_zone", () => ScheduleZone.Find(zoneName));

        // A wrong zone hides no wrong expression: fields are read alike in every zone.
        DateTimeOffset? next = Try(violations, "cron", () => DueTimes.Parse(request.Cron, zone ?? TimeZoneInfo.Utc).After(now)
            ?? throw new CoordinatorException($"cron '{request.Cron}': expected a time that comes, got none; name a day that its months have"));
        string? file = ReadFile(violations, request);
        violations.ThrowIfAny();
        return new ScheduleRecord(
            Callers.Namespace(request.Namespace),
            request.Name,
            request.Cron,
            zoneName,
            file!,
            request.StartFrom == Protos.V1.StartFrom.Latest ? StartFrom.Latest : StartFrom.Fresh,
            request.MissedRuns == Protos.V1.MissedRuns.Skip ? MissedRuns.Skip : MissedRuns.RunOnce,
            new Dictionary<string, string>(request.Labels, StringComparer.Ordinal),
            Paused: false,
            next,
            Callers.Actor(request.Actor),
            DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()))
        {
            RequestId = request.RequestId,
        };
    }

    private static string? ReadFile(Violations violations, CreateScheduleRequest request)
    {
        int bytes = Encoding.UTF8.GetByteCount(request.JobFile);
        bool fits = bytes <= LargestFile && request.Overrides.Count <= MostSettings;
        violations
            .Require(bytes <= LargestFile, "job_file", $"expected at most {LargestFile} bytes, got {bytes}")
            .Require(request.Overrides.Count <= MostSettings, "overrides", $"expected at most {MostSettings}, got {request.Overrides.Count}; write them into the file");

        // Databases cannot keep the character zero in a text.
        bool clean = !request.JobFile.Contains('\0', StringComparison.Ordinal) && !request.Overrides.Any(setting => setting.Contains('\0', StringComparison.Ordinal));
        violations.Require(clean, "job_file", "expected text, got the character zero; send a text file");
        return fits && clean
            ? Try(violations, "job_file", () =>
            {
                _ = JobFile.Parse(request.JobFile, "job file", request.Overrides);
                string applied = JobFile.Apply(request.JobFile, "job file", request.Overrides);
                _ = JobFile.Parse(applied, "job file with its settings", []);
                return applied;
            })
            : null;
    }

    private static T? Try<T>(Violations violations, string field, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (problem is CoordinatorException or SpecificationException)
        {
            violations.Require(false, field, problem.Message);
            return default;
        }
    }
}
