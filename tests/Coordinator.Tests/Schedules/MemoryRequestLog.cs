using System.Collections.Concurrent;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.Schedules;

/// <summary>Requests, in memory.</summary>
internal sealed class MemoryRequestLog : IRequestLog
{
    private readonly ConcurrentDictionary<string, (string Method, string Subject)> _requests = new(StringComparer.Ordinal);

    public Task<(string Method, string Subject)?> FindAsync(string requestId, CancellationToken cancellationToken)
        => Task.FromResult<(string, string)?>(_requests.TryGetValue(requestId, out (string, string) known) ? known : null);

    public Task AddAsync(string requestId, string method, string subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        _requests.TryAdd(requestId, (method, subject));
        return Task.CompletedTask;
    }
}
