using S2M.Coordinator.Schedules;

namespace S2M.Coordinator.Tests.Schedules;

/// <summary>The contract of the schedules' rows, in memory. A crash can be put before any of its writes.</summary>
internal sealed class MemoryScheduleStore : IScheduleStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Namespace, string Name), ScheduleRecord> _schedules = [];
    private readonly Dictionary<(string Namespace, string Name), SortedDictionary<DateTimeOffset, ScheduleRunRecord>> _runs = [];

    /// <summary>Called before a write, with its name.</summary>
    internal Action<string> Before { get; set; } = _ => { };

    /// <summary>Awaited between reading due schedules and handing them out, so that two silos can be made to see the same.</summary>
    internal Func<Task> AfterDue { get; set; } = () => Task.CompletedTask;

    public Task<bool> AddAsync(ScheduleRecord schedule, CancellationToken cancellationToken) => Write(nameof(AddAsync), () =>
    {
        (string, string) key = (schedule.Namespace, schedule.Name);
        return _schedules.TryAdd(key, schedule with { Revision = 0 }) && _runs.TryAdd(key, []);
    });

    public Task<ScheduleRecord?> FindAsync(string @namespace, string name, CancellationToken cancellationToken)
        => Read(() => _schedules.GetValueOrDefault((@namespace, name)));

    public Task<IReadOnlyList<ScheduleRecord>> ListAsync(string @namespace, CancellationToken cancellationToken)
        => Read<IReadOnlyList<ScheduleRecord>>(() => [.. _schedules.Values.Where(row => row.Namespace == @namespace).OrderBy(row => row.Name, StringComparer.Ordinal)]);

    public async Task<IReadOnlyList<ScheduleRecord>> DueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        IReadOnlyList<ScheduleRecord> due = await Read<IReadOnlyList<ScheduleRecord>>(() => [.. _schedules.Values.Where(row => row.NextDue <= now).OrderBy(row => row.NextDue)]);
        await AfterDue();
        return due;
    }

    public Task<ScheduleRecord?> SetPausedAsync(string @namespace, string name, bool paused, DateTimeOffset? nextDue, CancellationToken cancellationToken)
        => Write(nameof(SetPausedAsync), () => _schedules.TryGetValue((@namespace, name), out ScheduleRecord? row)
            ? _schedules[(@namespace, name)] = row with { Paused = paused, NextDue = nextDue, Revision = row.Revision + 1 }
            : null);

    public Task<bool> AdvanceAsync(ScheduleRecord seen, DateTimeOffset? nextDue, ScheduleRunRecord run, CancellationToken cancellationToken) => Write(nameof(AdvanceAsync), () =>
    {
        (string, string) key = (seen.Namespace, seen.Name);
        if (!_schedules.TryGetValue(key, out ScheduleRecord? row) || row.CreatedAt != seen.CreatedAt || row.Revision != seen.Revision)
        {
            return false;
        }

        _schedules[key] = row with { NextDue = nextDue, Revision = row.Revision + 1 };
        _runs[key].Add(run.Due, run);
        return true;
    });

    public Task<IReadOnlyList<UnsubmittedRun>> UnsubmittedAsync(CancellationToken cancellationToken) => Read<IReadOnlyList<UnsubmittedRun>>(() =>
        [.. _runs.SelectMany(pair => pair.Value.Values.Where(IsUnsubmitted).Select(run => new UnsubmittedRun(_schedules[pair.Key], run))).OrderBy(run => run.Run.Due)]);

    public Task CompleteRunAsync(string @namespace, string name, ScheduleRunRecord run, CancellationToken cancellationToken) => Write(nameof(CompleteRunAsync), () =>
    {
        if (_runs.TryGetValue((@namespace, name), out var runs) && runs.TryGetValue(run.Due, out ScheduleRunRecord? row) && IsUnsubmitted(row))
        {
            runs[run.Due] = run;
        }

        return true;
    });

    public Task<ScheduleRunRecord?> FindRunAsync(string @namespace, string name, DateTimeOffset due, CancellationToken cancellationToken)
        => Read(() => _runs.GetValueOrDefault((@namespace, name))?.GetValueOrDefault(due));

    public Task<IReadOnlyList<ScheduleRunRecord>> RunsAsync(string @namespace, string name, int limit, CancellationToken cancellationToken)
        => Read<IReadOnlyList<ScheduleRunRecord>>(() => [.. (_runs.GetValueOrDefault((@namespace, name)) ?? []).Values.Reverse().Take(limit)]);

    public Task<bool> RemoveAsync(string @namespace, string name, CancellationToken cancellationToken)
        => Write(nameof(RemoveAsync), () => _schedules.Remove((@namespace, name)) && _runs.Remove((@namespace, name)));

    private static bool IsUnsubmitted(ScheduleRunRecord run) => run is { Outcome: ScheduleOutcome.Started, JobId: "" };

    private Task<T> Read<T>(Func<T> read)
    {
        lock (_lock)
        {
            return Task.FromResult(read());
        }
    }

    private Task<T> Write<T>(string name, Func<T> write)
    {
        Before(name);
        return Read(write);
    }
}
