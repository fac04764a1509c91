using System.Globalization;
using Grpc.Core;
using Grpc.Health.V1;
using S2M.Client.Connections;

namespace S2M.Client;

/// <summary>The server itself.</summary>
public sealed class ServerClient
{
    private readonly Connection _connection;
    private readonly Health.HealthClient _service;

    internal ServerClient(Connection connection)
    {
        _connection = connection;
        _service = new Health.HealthClient(connection.Invoker);
    }

    /// <summary>Asks for the server's health; no token is needed. It is asked once: a server that is gone is the answer.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">The server could not be reached.</exception>
    public async Task<ServerCondition> CheckAsync(CancellationToken cancellationToken = default)
    {
        Metadata headers = [];
        DateTimeOffset asked = _connection.Options.Time.GetUtcNow();
        HealthCheckResponse response = await _connection.OperationAsync(
            "Server.Check",
            async () =>
            {
                CallOptions options = _connection.Stream(cancellationToken).WithDeadline((asked + _connection.Options.Deadline).UtcDateTime);
                using AsyncUnaryCall<HealthCheckResponse> call = _service.CheckAsync(new HealthCheckRequest(), options);
                headers = await call.ResponseHeadersAsync;
                return await call.ResponseAsync;
            },
            cancellationToken);
        TimeSpan? difference = DateTimeOffset.TryParseExact(headers.GetValue("date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? date - asked
            : null;
        return new ServerCondition(response.Status.ToString(), headers.GetValue("s2m-version"), difference);
    }
}
