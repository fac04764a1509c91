namespace S2M.Coordinator.Storage;

/// <summary>The rows of <c>requests</c>.</summary>
internal sealed class RequestLog(Database database) : IRequestLog
{
    /// <inheritdoc/>
    public Task<(string Method, string Subject)?> FindAsync(string requestId, CancellationToken cancellationToken)
        => database.ReadAsync<(string, string)?>(
            $"Request '{requestId}' could not be read",
            async session => await session.FindAsync<RequestRow>("SELECT method, subject FROM requests WHERE request_id = @requestId", new { requestId }) is { } row
                ? (row.Method, row.Subject)
                : null,
            cancellationToken);

    /// <inheritdoc/>
    public Task AddAsync(string requestId, string method, string subject, DateTimeOffset now, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Request '{requestId}' could not be stored",
            session => session.ExecuteAsync(
                "INSERT INTO requests (request_id, method, subject, requested_at) VALUES (@requestId, @method, @subject, @time) ON CONFLICT DO NOTHING",
                new { requestId, method, subject, time = UnixTime.Of(now) }),
            cancellationToken);

    private sealed class RequestRow
    {
        public string Method { get; init; } = string.Empty;

        public string Subject { get; init; } = string.Empty;
    }
}
