using S2M.Client.Connections;
using S2M.Protos.V1;

namespace S2M.Client.Workers;

/// <summary>Workers as a server knows them.</summary>
public sealed class WorkersClient
{
    private readonly Connection _connection;
    private readonly WorkerDirectoryService.WorkerDirectoryServiceClient _service;

    internal WorkersClient(Connection connection)
    {
        _connection = connection;
        _service = new WorkerDirectoryService.WorkerDirectoryServiceClient(connection.Invoker);
    }

    private ClientOptions Options => _connection.Options;

    /// <summary>Workers in the order of their names.</summary>
    /// <param name="includeGone">Also those that left or were not heard of.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">The server could not be reached.</exception>
    public async Task<IReadOnlyList<Worker>> ListAsync(bool includeGone = false, CancellationToken cancellationToken = default)
    {
        var request = new ListWorkersRequest { IncludeGone = includeGone };
        return (await _connection.UnaryAsync("Workers.List", Options.Deadline, options => _service.ListWorkersAsync(request, options), cancellationToken)).Workers;
    }

    /// <summary>No new share goes to the worker until it is uncordoned.</summary>
    /// <param name="workerId">Its name.</param>
    /// <param name="reason">Why, for whoever looks at it later.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached.</exception>
    public async Task<Worker> CordonAsync(string workerId, string reason = "", CancellationToken cancellationToken = default)
    {
        var request = new CordonWorkerRequest { WorkerId = workerId, RequestId = Chance.NewRequestId(), Actor = Options.Actor, Reason = reason };
        return (await _connection.UnaryAsync("Workers.Cordon", Options.Deadline, options => _service.CordonWorkerAsync(request, options), cancellationToken)).Worker;
    }

    /// <summary>Takes a cordon or a drain back.</summary>
    /// <param name="workerId">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached.</exception>
    public async Task<Worker> UncordonAsync(string workerId, CancellationToken cancellationToken = default)
    {
        var request = new UncordonWorkerRequest { WorkerId = workerId, RequestId = Chance.NewRequestId(), Actor = Options.Actor };
        return (await _connection.UnaryAsync("Workers.Uncordon", Options.Deadline, options => _service.UncordonWorkerAsync(request, options), cancellationToken)).Worker;
    }

    /// <summary>Cordons the worker and asks its process to finish its share, leave and end.</summary>
    /// <param name="workerId">Its name.</param>
    /// <param name="reason">Why, for whoever looks at it later.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached.</exception>
    public async Task<Worker> DrainAsync(string workerId, string reason = "", CancellationToken cancellationToken = default)
    {
        var request = new DrainWorkerRequest { WorkerId = workerId, RequestId = Chance.NewRequestId(), Actor = Options.Actor, Reason = reason };
        return (await _connection.UnaryAsync("Workers.Drain", Options.Deadline, options => _service.DrainWorkerAsync(request, options), cancellationToken)).Worker;
    }
}
