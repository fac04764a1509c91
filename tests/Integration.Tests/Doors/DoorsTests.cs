using System.Text;
using CsCheck;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using Microsoft.Data.Sqlite;
using S2M.Cli.Transfers;
using S2M.Client;
using S2M.Coordinator.Reports;
using S2M.Data.Images;
using S2M.Integration.Tests.Faults;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;
using DataSet = S2M.Protos.V1.DataSet;

namespace S2M.Integration.Tests.Doors;

/// <summary>What a coordinator lets in, and what it says to the rest. One cluster for all: nothing that is refused changes it.</summary>
public sealed class DoorsTests(DoorsCluster doors) : IClassFixture<DoorsCluster>
{
    private static readonly Metadata Known = new() { { "authorization", $"Bearer {Cluster.Token}" } };

    /// <summary>The coordinator's methods.</summary>
    public static TheoryData<string> Methods { get; } = [.. Served(coordinator: true).Select(method => method.FullName)];

    private static readonly StatusCode[] Imprecise = [StatusCode.Internal, StatusCode.Unknown, StatusCode.Unimplemented];

    private int _requests;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, Proves(Fault.RequestMalformed)]
    [InlineData(null)]
    [InlineData("Bearer another-token-of-the-integration-tests")]
    [InlineData("Basic " + Cluster.Token)]
    public async Task Call_WithoutTheToken_IsUnauthenticatedOnEveryMethod(string? authorization)
    {
        var headers = new Metadata();
        if (authorization is not null)
        {
            headers.Add("authorization", authorization);
        }

        using GrpcChannel worker = GrpcChannel.ForAddress(await doors.Cluster.Workers[0].ListensAsync());
        foreach ((CallInvoker calls, bool coordinator) in new[] { (doors.Calls, true), (worker.CreateCallInvoker(), false) })
        {
            foreach (MethodDescriptor method in Served(coordinator))
            {
                RpcException? refusal = await RawCall.SendAsync(calls, method, [], headers);
                refusal.ShouldNotBeNull(method.FullName).StatusCode.ShouldBe(StatusCode.Unauthenticated, method.FullName);
            }
        }
    }

    [Fact]
    public async Task HealthAndReflection_WithoutAToken_Answer()
    {
        await using S2MClient client = S2MClient.Connect(doors.Cluster.Address);
        (await client.Server.CheckAsync(Cancellation)).IsServing.ShouldBeTrue();

        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call = new ServerReflection.ServerReflectionClient(doors.Calls).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = string.Empty }, Cancellation);
        (await call.ResponseStream.MoveNext(Cancellation)).ShouldBeTrue();
        string[] names = [.. call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name)];
        string[] served = [.. Served(coordinator: true).Select(method => method.Service.FullName).Distinct(StringComparer.Ordinal)];
        served.Except(names, StringComparer.Ordinal).ShouldBeEmpty();
        names.Except(served, StringComparer.Ordinal).ShouldAllBe(name => name.StartsWith("grpc.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_OnAPortInUse_EndsWithAPreciseMessage()
    {
        await using ProgramProcess second = doors.Cluster.CoordinatorProcess(doors.Cluster.Address.Authority, doors.Cluster["second"]);
        Finished refused = await second.FinishAsync();
        refused.ExitCode.ShouldBe(1);
        refused.Errors.ShouldContain($"error: --listen {doors.Cluster.Address.Authority}: expected a port that is free, got one in use");
        refused.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Start_OnAFolderInUse_IsRefusedAndTheFirstGoesOn()
    {
        await using ProgramProcess second = doors.Cluster.CoordinatorProcess("127.0.0.1:0", doors.Cluster.State);
        Finished refused = await second.FinishAsync();
        refused.ExitCode.ShouldBe(1);
        refused.Errors.ShouldContain("expected no other coordinator, got one that holds");
        refused.Errors.ShouldContain($"process {doors.Cluster.Coordinator.Id} ");
        refused.Output.ShouldBeEmpty();
        (await doors.Cluster.Client.Workers.ListAsync(cancellationToken: Cancellation)).ShouldHaveSingleItem();
    }

    [Theory, Proves(Fault.RequestMalformed)]
    [MemberData(nameof(Methods))]
    public async Task Call_WithARandomMessage_IsAnsweredOrRefusedPreciselyAndRefusalsChangeNothing(string name)
    {
        MethodDescriptor method = Served(coordinator: true).Single(method => method.FullName == name);
        await Tape.Numbers.SampleAsync(
            async numbers =>
            {
                IMessage request = new Tape(numbers, doors.Texts).Message(method.InputType);
                long before = await doors.RowsAsync();
                RpcException? refusal = await RawCall.SendAsync(doors.Calls, method, request.ToByteArray(), Known);
                long after = await doors.RowsAsync();
                string shown = $"{name} {refusal?.Status}\n{request}\n{doors.Cluster.Coordinator.Errors}";
                Imprecise.ShouldNotContain(refusal?.StatusCode ?? StatusCode.OK, shown);
                (after - before).ShouldBeInRange(0, refusal is null ? 1 : 0, shown);
            },
            iter: 40,
            threads: 1);
    }

    [Fact, Proves(Fault.RequestMalformed)]
    public async Task Submit_OfAJobFileWithChangedBytes_IsAcceptedOrRefusedByField()
    {
        MethodDescriptor method = Served(coordinator: true).Single(method => method.Name == "SubmitJob");
        byte[] file = Encoding.UTF8.GetBytes(SmallJob.File);
        await Gen.Select(Gen.Int[0, file.Length - 1], Gen.Byte, Gen.Int[0, 2]).Array[1, 4].Select(Gen.Guid).SampleAsync(
            async sample =>
            {
                (var changes, Guid id) = sample;
                List<byte> bytes = [.. file];
                foreach ((int place, byte value, int kind) in changes)
                {
                    int at = place % bytes.Count;
                    bytes.RemoveRange(at, kind == 1 ? 0 : 1);
                    bytes.InsertRange(at, kind == 2 ? [] : [value]);
                }

                // What is no UTF-8 becomes U+FFFD, as in a client that reads a file: it cannot be sent.
                var request = new SubmitJobRequest { JobFile = Encoding.UTF8.GetString([.. bytes]), RequestId = id.ToString() };
                RpcException? refusal = await RawCall.SendAsync(doors.Calls, method, request.ToByteArray(), Known);
                if (refusal is not null)
                {
                    refusal.StatusCode.ShouldBe(StatusCode.InvalidArgument, $"{refusal.Status.Detail}\n{request.JobFile}");
                    refusal.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.ShouldNotBeEmpty();
                }
            },
            iter: 150,
            threads: 1);
    }

    [Fact, Proves(Fault.StreamCut)]
    public async Task Upload_CutAnywhere_GoesOnAndGivesTheSameVersion()
    {
        int sample = 0;
        await Gen.Double[0, 1].Array[1, 4].SampleAsync(
            async cuts =>
            {
                string folder = doors.Cluster[$"upload-{sample}"];
                WriteImages(folder, (byte)sample++);
                using ImageDataSet set = DataSets.Open("cut", folder);
                var content = new DataSetContent(set);
                foreach (double cut in cuts)
                {
                    await SendAsync(content, (long)(cut * content.ContentBytes));
                }

                DataSet added = await doors.Cluster.Client.DataSets.AddAsync(content, cancellationToken: Cancellation);
                added.Version.ShouldBe($"cut@{content.Sha256}");
                added.Images.ShouldBe(8);
            },
            iter: 10,
            threads: 1);
    }

    private static IEnumerable<MethodDescriptor> Served(bool coordinator)
        => RawCall.Services.Where(service => service.Name == nameof(WorkerService) != coordinator).SelectMany(service => service.Methods);

    /// <summary>Sends content up to a byte, then is gone.</summary>
    private async Task SendAsync(DataSetContent content, long end)
    {
        var service = new DataSetService.DataSetServiceClient(doors.Calls);
        BeginUploadResponse begun = await service.BeginUploadAsync(
            new BeginUploadRequest
            {
                Name = content.Name,
                Sha256 = content.Sha256,
                ManifestBytes = content.ManifestBytes,
                ContentBytes = content.ContentBytes,
                RequestId = $"00000000-0000-4000-8000-{++_requests:D12}",
            },
            Known);
        begun.ReceivedBytes.ShouldBeInRange(0, content.ContentBytes);
        await using Stream bytes = content.OpenAt(begun.ReceivedBytes);
        using AsyncClientStreamingCall<UploadContentRequest, UploadContentResponse> call = service.UploadContent(Known);
        byte[] buffer = new byte[100];
        var message = new UploadContentRequest { Sha256 = content.Sha256, Offset = begun.ReceivedBytes };
        for (long sent = begun.ReceivedBytes; sent < end; message = new UploadContentRequest())
        {
            int count = await bytes.ReadAsync(buffer, Cancellation);
            message.Data = ByteString.CopyFrom(buffer, 0, count);
            await call.RequestStream.WriteAsync(message, Cancellation);
            sent += count;
        }
    }

    private static void WriteImages(string folder, byte shade)
    {
        for (int image = 0; image < 8; image++)
        {
            string name = Path.Combine(folder, $"class-{image % 2}");
            Directory.CreateDirectory(name);
            File.WriteAllBytes(Path.Combine(name, $"{image}.png"), PngImage.Encode([shade, (byte)image, 0, 255], 2, 1));
        }
    }
}

/// <summary>A cluster with a worker that takes no job, and texts that its doors know.</summary>
public sealed class DoorsCluster : IAsyncLifetime
{
    private const string Rows = "SELECT (SELECT COUNT(*) FROM jobs) + (SELECT COUNT(*) FROM schedules) + (SELECT COUNT(*) FROM data_sets) + (SELECT COUNT(*) FROM workers)";

    private GrpcChannel? _channel;

    internal Cluster Cluster { get; private set; } = null!;

    internal CallInvoker Calls { get; private set; } = null!;

    /// <summary>Edges of what a text can be.</summary>
    internal IReadOnlyList<string> Texts { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        Cluster = await Cluster.StartAsync(1);
        await Cluster.Client.Workers.CordonAsync("worker-1");
        Job job = await Cluster.SubmitAsync();
        _channel = GrpcChannel.ForAddress(Cluster.Address);
        Calls = _channel.CreateCallInvoker();
        Texts =
        [
            string.Empty, "x", "default", "glyphs", job.DataVersion, job.JobId, "worker-1", SmallJob.File, "* * * * *", "61 25 0 13 8", "Europe/Berlin", "training.steps=0", "=",
            new string('a', 64), new string('a', 200_000), "line\nof\0control", "\u00e9\U0001F600\uFFFF", "../../etc/passwd",
            "-1", "http://127.0.0.1:9", "parameters.safetensors", "{", "NaN",
        ];
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        await Cluster.DisposeAsync();
    }

    /// <summary>Jobs, schedules, data sets and workers that are stored.</summary>
    internal async Task<long> RowsAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(Cluster.State, "s2m.db")};Mode=ReadOnly");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = Rows;
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
