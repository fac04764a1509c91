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
    private const int LongestName = 64;
    private const int LongestText = 256;
    private const int LargestFile = 1 << 20;
    private const int MostSettings = 100;
    private const int MostLabels = 64;

    /// <summary>The namespace; <c>default</c> where none is named.</summary>
    internal static string NamespaceOf(string text) => text.Length == 0 ? "default" : text;

    /// <summary>Who asks; <c>local</c> where nobody is named.</summary>
    internal static string ActorOf(string text) => text.Length == 0 ? "local" : text;

    /// <summary>Checks a namespace.</summary>
    internal static Violations RequireNamespace(this Violations violations, string text)
        => violations.Require(IsName(NamespaceOf(text)), "namespace", NameProblem(text));

    /// <summary>Checks a name and a namespace.</summary>
    internal static Violations RequireName(this Violations violations, string name, string @namespace)
        => violations.Require(IsName(name), "name", NameProblem(name)).RequireNamespace(@namespace);

    /// <summary>Checks what every call that changes something carries.</summary>
    internal static Violations RequireRequest(this Violations violations, string requestId, string actor)
        => violations
            .Require(Guid.TryParseExact(requestId, "D", out _), "request_id", $"expected a UUID, got '{Shorten(requestId)}'; make one per request and keep it when you try again")
            .Require(IsText(actor), "actor", $"expected at most {LongestText} characters without control characters, got '{Shorten(actor)}'");

    /// <summary>The schedule that a request asks for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="Grpc.Core.RpcException">Something is wrong with it: InvalidArgument with every violation.</exception>
    internal static ScheduleRecord Read(CreateScheduleRequest request, DateTimeOffset now)
    {
        Violations violations = new Violations().RequireName(request.Name, request.Namespace).RequireRequest(request.RequestId, request.Actor);
        RequireLabels(violations, request);
        violations
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
            NamespaceOf(request.Namespace),
            request.Name,
            request.Cron,
            zoneName,
            file!,
            request.StartFrom == Protos.V1.StartFrom.Latest ? StartFrom.Latest : StartFrom.Fresh,
            request.MissedRuns == Protos.V1.MissedRuns.Skip ? MissedRuns.Skip : MissedRuns.RunOnce,
            new Dictionary<string, string>(request.Labels, StringComparer.Ordinal),
            Paused: false,
            next,
            ActorOf(request.Actor),
            DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()))
        {
            RequestId = request.RequestId,
        };
    }

    private static void RequireLabels(Violations violations, CreateScheduleRequest request)
    {
        violations.Require(request.Labels.Count <= MostLabels, "labels", $"expected at most {MostLabels}, got {request.Labels.Count}");
        foreach ((string key, string value) in request.Labels.Take(MostLabels))
        {
            violations
                .Require(IsName(key), "labels", $"key: {NameProblem(key)}")
                .Require(IsText(value), "labels", $"'{Shorten(key)}': expected at most {LongestText} characters without control characters, got '{Shorten(value)}'");
        }
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

    private static bool IsName(string text)
        => text.Length is > 0 and <= LongestName && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    private static bool IsText(string text) => text.Length <= LongestText && !text.Any(char.IsControl);

    private static string NameProblem(string text) => $"expected 1 to {LongestName} letters, digits, '-', '_' or '.', got '{Shorten(text)}'";

    private static string Shorten(string text)
        => string.Concat((text.Length > LongestName ? $"{text[..LongestName]}..." : text).Select(letter => char.IsControl(letter) ? '?' : letter));
}
