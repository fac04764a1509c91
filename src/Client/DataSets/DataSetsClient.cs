using S2M.Client.Connections;
using S2M.Protos.V1;

namespace S2M.Client.DataSets;

/// <summary>Data set versions of a server.</summary>
public sealed class DataSetsClient
{
    private readonly Connection _connection;
    private readonly DataSetService.DataSetServiceClient _service;

    internal DataSetsClient(Connection connection)
    {
        _connection = connection;
        _service = new DataSetService.DataSetServiceClient(connection.Invoker);
    }

    private ClientOptions Options => _connection.Options;

    /// <summary>Sends a version and has it registered; nothing is sent of what the server has already.</summary>
    /// <param name="content">Its manifest and files.</param>
    /// <param name="progress">Is told how far it came; null for nobody.</param>
    /// <param name="cancellationToken">Gives up; what arrived stays at the server, and a later call goes on from there.</param>
    /// <exception cref="S2MException">The server refused a file, and names it; or it could not be reached.</exception>
    public Task<DataSet> AddAsync(IDataSetContent content, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
        => _connection.OperationAsync(
            "DataSets.Add", () => new ContentUpload(_connection, _service).SendAsync(content, progress, cancellationToken), cancellationToken);

    /// <summary>Registers a folder or zip that lies at one path on the server and on the workers; nothing is sent.</summary>
    /// <param name="name">The name that jobs will use.</param>
    /// <param name="path">The folder or zip, absolute.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">The server cannot use what lies there; or it could not be reached.</exception>
    public async Task<DataSet> RegisterAsync(string name, string path, CancellationToken cancellationToken = default)
    {
        var request = new RegisterDataSetRequest { Name = name, Path = path, RequestId = Chance.NewRequestId(), Actor = Options.Actor };
        return (await _connection.UnaryAsync(
            "DataSets.Register", Options.RegisterDeadline, options => _service.RegisterDataSetAsync(request, options), cancellationToken)).DataSet;
    }

    /// <summary>All versions, the built-in one first, then the newest first.</summary>
    /// <param name="name">Only this name; empty for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">The server could not be reached.</exception>
    public async Task<IReadOnlyList<DataSet>> ListAsync(string name = "", CancellationToken cancellationToken = default)
    {
        var request = new ListDataSetsRequest { Name = name };
        return (await _connection.UnaryAsync("DataSets.List", Options.Deadline, options => _service.ListDataSetsAsync(request, options), cancellationToken)).DataSets;
    }

    /// <summary>One version with its classes.</summary>
    /// <param name="version"><c>name</c> for the newest of that name, or <c>name@sha256</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached.</exception>
    public Task<GetDataSetResponse> GetAsync(string version, CancellationToken cancellationToken = default)
    {
        var request = new GetDataSetRequest { Version = version };
        return _connection.UnaryAsync("DataSets.Get", Options.Deadline, options => _service.GetDataSetAsync(request, options), cancellationToken);
    }
}
