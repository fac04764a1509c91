using System.Collections.Concurrent;
using Grpc.Core;

namespace S2M.Client.Tests.Fakes;

/// <summary>What a fake server is made of; outlives it, as a database does.</summary>
public sealed class FakeParts
{
    public FakeJobs Jobs { get; } = new();

    public FakeDataSets DataSets { get; } = new();

    public FakeSchedules Schedules { get; } = new();

    public FakeWorkers Workers { get; } = new();

    public ConcurrentQueue<Metadata> Headers { get; } = new();
}
