using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.Storage;

/// <summary>Jobs of the tests.</summary>
internal static class StoredJobs
{
    /// <summary>A time in whole milliseconds, which is what is stored.</summary>
    internal static DateTimeOffset Noon { get; } = new(2026, 5, 4, 12, 0, 0, 123, TimeSpan.Zero);

    /// <summary>A job to be queued; identifier and request are of its name.</summary>
    internal static NewJob Describe(string name, params IEnumerable<(string Name, string Value)> labels) => new(
        $"{name}-0123456789ab",
        "default",
        $"request of {name}",
        "ada",
        name,
        JobMode.Train,
        labels.ToDictionary(label => label.Name, label => label.Value, StringComparer.Ordinal),
        """{"name":"äöü"}""",
        "hash",
        "glyphs@0123",
        200,
        string.Empty,
        string.Empty,
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    /// <summary>Stores a job and moves it to Running.</summary>
    internal static async Task<string> RunAsync(this JobStore store, string name)
    {
        JobRecord record = await store.AddAsync(Describe(name), Noon, CancellationToken.None);
        (await store.MoveAsync(record.Job.Id, JobState.Queued, JobState.Running, "its turn", "coordinator", Noon, CancellationToken.None)).ShouldBeTrue();
        return record.Job.Id;
    }

    /// <summary>Stores a job, moves it to Running and begins its first epoch, 1.</summary>
    internal static async Task<string> BeginAsync(this JobStore store, string name)
    {
        string id = await store.RunAsync(name);
        (await store.BeginEpochAsync(id, 0, "silo-1", Noon, CancellationToken.None)).ShouldBe(1);
        return id;
    }
}
