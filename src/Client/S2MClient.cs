using System.ComponentModel.DataAnnotations;
using S2M.Client.Connections;
using S2M.Client.DataSets;
using S2M.Client.Jobs;
using S2M.Client.Schedules;
using S2M.Client.Workers;

namespace S2M.Client;

/// <summary>
/// A connection to an S2M server. Calls that fail because the server is unavailable are sent again with the same request id; streams go on where they were cut;
/// every other failure is an <see cref="S2MException"/>. Safe for concurrent use.
/// </summary>
public sealed class S2MClient : IAsyncDisposable
{
    /// <summary>The name of the activity source: a span for each operation.</summary>
    public const string ActivitySourceName = "S2M.Client";

    private readonly Connection _connection;

    private S2MClient(ClientOptions options)
    {
        _connection = new Connection(options);
        Options = options;
        Jobs = new JobsClient(_connection);
        DataSets = new DataSetsClient(_connection);
        Schedules = new SchedulesClient(_connection);
        Workers = new WorkersClient(_connection);
        Server = new ServerClient(_connection);
    }

    /// <summary>What the client was made with.</summary>
    public ClientOptions Options { get; }

    /// <summary>Training and evaluation jobs.</summary>
    public JobsClient Jobs { get; }

    /// <summary>Data set versions.</summary>
    public DataSetsClient DataSets { get; }

    /// <summary>Jobs that begin by the clock.</summary>
    public SchedulesClient Schedules { get; }

    /// <summary>The machines that compute.</summary>
    public WorkersClient Workers { get; }

    /// <summary>The server itself.</summary>
    public ServerClient Server { get; }

    /// <summary>Makes a client of a server; nothing is sent until the first call.</summary>
    /// <param name="address">Where the server listens, such as <c>http://127.0.0.1:5300</c>.</param>
    /// <param name="token">The server's bearer token; empty for none.</param>
    /// <exception cref="ValidationException">The address is no http or https address.</exception>
    public static S2MClient Connect(Uri address, string token = "") => Connect(new ClientOptions { Address = address, Token = token });

    /// <summary>Makes a client of a server; nothing is sent until the first call.</summary>
    /// <param name="options">How to reach it.</param>
    /// <exception cref="ValidationException">An option is out of its range; the message says which.</exception>
    public static S2MClient Connect(ClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        if (!options.Address.IsAbsoluteUri || options.Address.Scheme is not ("http" or "https"))
        {
            throw new ValidationException($"Address: expected http://HOST:PORT or https://HOST:PORT, got '{options.Address}'; correct it");
        }

        return new S2MClient(options);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
