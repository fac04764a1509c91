using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using S2M.Coordinator.DataSets;
using S2M.Coordinator.Hosting;
using S2M.Coordinator.Services;
using S2M.Coordinator.Storage;
using S2M.Data.Tests.Files;
using S2M.Protos.V1;

namespace S2M.Coordinator.Tests.DataSets;

/// <summary>The data set service behind a real socket on loopback, with rows in memory, and a client of it.</summary>
internal sealed class DataSetHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly GrpcChannel _channel;

    private DataSetHost(WebApplication application, string state, MemoryRows rows)
    {
        _application = application;
        State = state;
        Rows = rows;
        _channel = GrpcChannel.ForAddress(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = new DataSetService.DataSetServiceClient(_channel);
    }

    internal DataSetService.DataSetServiceClient Client { get; }

    internal MemoryRows Rows { get; }

    internal DataSetLibrary Library => _application.Services.GetRequiredService<DataSetLibrary>();

    /// <summary>The state folder.</summary>
    internal string State { get; }

    /// <summary>The files of the content store, by name.</summary>
    internal string[] Files => [.. new DirectoryInfo(Path.Combine(State, "data-sets")).GetFiles().Select(static file => file.Name).Order(StringComparer.Ordinal)];

    internal static async Task<DataSetHost> StartAsync(TemporaryFolder folder, Action<DataSetOptions>? configure = null, MemoryRows? rows = null)
    {
        rows ??= new MemoryRows();
        string state = Path.Combine(folder.Path, "state");
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.Configure<StateOptions>(options => options.Folder = state);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IDataSetStore>(rows);
        builder.Services.AddSingleton<IRequestLog>(rows);
        builder.Services.AddGrpc();
        builder.Services.AddDataSets();
        builder.Services.Configure<DataSetOptions>(options => configure?.Invoke(options));
        WebApplication application = builder.Build();
        application.MapGrpcService<DataSetEndpoint>();
        await application.StartAsync();
        return new DataSetHost(application, state, rows);
    }

    /// <summary>A request id that was not used before.</summary>
    internal string NextRequest() => Rows.NextRequest();

    /// <summary>Begins to send a content, or goes on.</summary>
    internal async Task<BeginUploadResponse> BeginAsync(TestVersion version, string name = "birds") => await Client.BeginUploadAsync(new BeginUploadRequest
    {
        Name = name,
        Sha256 = version.Sha256,
        ManifestBytes = version.ManifestBytes,
        ContentBytes = version.Content.Length,
        RequestId = NextRequest(),
    });

    /// <summary>Sends a run of a content in one call.</summary>
    internal Task<long> SendAsync(TestVersion version, long offset, long end, int messageBytes = 1 << 16)
    {
        var first = new UploadContentRequest { Sha256 = version.Sha256, Offset = offset, Data = Run(offset) };
        return SendAsync([first, .. Runs().Skip(1)]);

        ByteString Run(long at) => ByteString.CopyFrom(version.Content.AsSpan((int)at, (int)Math.Min(messageBytes, end - at)));

        IEnumerable<UploadContentRequest> Runs()
        {
            for (long at = offset; at < end; at += messageBytes)
            {
                yield return new UploadContentRequest { Data = Run(at) };
            }
        }
    }

    /// <summary>Sends messages in one call.</summary>
    internal async Task<long> SendAsync(params UploadContentRequest[] messages)
    {
        using AsyncClientStreamingCall<UploadContentRequest, UploadContentResponse> call = Client.UploadContent();
        try
        {
            foreach (UploadContentRequest message in messages)
            {
                await call.RequestStream.WriteAsync(message);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // The service refused before it had read all; why is in its answer, not in what a write ended with.
        }

        return (await call).ReceivedBytes;
    }

    /// <summary>Asks for the check and the row.</summary>
    internal async Task<DataSet> CompleteAsync(TestVersion version, string name = "birds", string? requestId = null) => (await Client.CompleteUploadAsync(
        new CompleteUploadRequest { Name = name, Sha256 = version.Sha256, RequestId = requestId ?? NextRequest() })).DataSet;

    /// <summary>Begins, sends all, completes.</summary>
    internal async Task<DataSet> UploadAsync(TestVersion version, string name = "birds")
    {
        await BeginAsync(version, name);
        await SendAsync(version, 0, version.Content.Length);
        return await CompleteAsync(version, name);
    }

    /// <summary>Registers a path.</summary>
    internal async Task<DataSet> RegisterAsync(string name, string path, string? requestId = null) =>
        (await Client.RegisterDataSetAsync(new RegisterDataSetRequest { Name = name, Path = path, RequestId = requestId ?? NextRequest(), Actor = "ada" })).DataSet;

    /// <summary>Fetches a content from an offset.</summary>
    internal async Task<byte[]> FetchAsync(string sha256, long offset = 0)
    {
        using var whole = new MemoryStream();
        using var call = Client.FetchContent(new FetchContentRequest { Sha256 = sha256, Offset = offset });
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            call.ResponseStream.Current.Data.Length.ShouldBeInRange(1, 1 << 16);
            call.ResponseStream.Current.Data.WriteTo(whole);
        }

        return whole.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _application.DisposeAsync();
    }
}
