namespace S2M.Coordinator.Storage;

/// <summary>Requests that changed something, so that the same one again gives the same answer.</summary>
public interface IRequestLog
{
    /// <summary>What a request was, or null.</summary>
    /// <param name="requestId">The client's identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The method and what it was about.</returns>
    Task<(string Method, string Subject)?> FindAsync(string requestId, CancellationToken cancellationToken);

    /// <summary>Records a request; one that is there already stays.</summary>
    Task AddAsync(string requestId, string method, string subject, DateTimeOffset now, CancellationToken cancellationToken);
}
