using System.Security.Cryptography;
using CsCheck;
using Grpc.Core;
using S2M.Client.Jobs;
using S2M.Client.Tests.Fakes;
using S2M.Protos.V1;

namespace S2M.Client.Tests.Jobs;

public sealed class DownloadTests : IAsyncLifetime
{
    private const string Name = "parameters.safetensors";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2m-client-tests-");
    private FakeServer _server = null!;
    private S2MClient _client = null!;

    private string Target => Path.Combine(_folder.FullName, "deep", Name);

    private string Part => $"{Target}.part";

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        _server = await FakeServer.StartAsync();
        _client = TestClient.Of(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task DownloadAsync_CutAnywhere_TheBytesAreWhole()
        => await Gen.Select(Gen.Int[0, 5500], JobWatchTests.Cuts.Array[0, JobWatchTests.MostCuts], Gen.Int[0, 5500]).SampleAsync(
            async (length, cuts, before) =>
            {
                byte[] file = Serve(length, cuts);
                await File.WriteAllBytesAsync(Part, file[..Math.Min(before, length)]);

                DownloadedFile received = await _client.Jobs.DownloadAsync("job-1", Name, Target);

                received.ShouldBe(new DownloadedFile(length, Convert.ToHexStringLower(SHA256.HashData(file))));
                (await File.ReadAllBytesAsync(Target)).ShouldBe(file);
                File.Exists(Part).ShouldBeFalse();
            },
            iter: 100,
            threads: 1);

    [Fact]
    public async Task DownloadAsync_PartialFile_AsksForTheRestAlone()
    {
        byte[] file = Serve(5000);
        await File.WriteAllBytesAsync(Part, file[..3210], TestContext.Current.CancellationToken);

        await _client.Jobs.DownloadAsync("job-1", Name, Target, step: 50, cancellationToken: TestContext.Current.CancellationToken);

        _server.Jobs.Requests.ShouldHaveSingleItem().ShouldBe(new DownloadFileRequest { JobId = "job-1", File = Name, Step = 50, Offset = 3210 });
    }

    [Theory]
    [InlineData(100)]
    [InlineData(9000)]
    public async Task DownloadAsync_PartOfAnotherFile_StartsOver(int length)
    {
        byte[] file = Serve(5000);
        await File.WriteAllBytesAsync(Part, new byte[length], TestContext.Current.CancellationToken);

        await _client.Jobs.DownloadAsync("job-1", Name, Target, cancellationToken: TestContext.Current.CancellationToken);

        (await File.ReadAllBytesAsync(Target, TestContext.Current.CancellationToken)).ShouldBe(file);
    }

    [Fact]
    public async Task DownloadAsync_WrongHash_IsDataLossAndNoFile()
    {
        Serve(5000);
        _server.Jobs.All["job-1"].FalseHashes.Enqueue(new string('0', 64));

        S2MException problem = await Should.ThrowAsync<S2MException>(
            () => _client.Jobs.DownloadAsync("job-1", Name, Target, cancellationToken: TestContext.Current.CancellationToken));

        problem.Status.ShouldBe(StatusCode.DataLoss);
        problem.Message.ShouldContain(new string('0', 64));
        File.Exists(Target).ShouldBeFalse();
    }

    [Fact]
    public async Task DownloadAsync_AnotherFileAfterACut_StartsOver()
    {
        byte[] file = Serve(5000, new Cut(2, CutKind.Unavailable));
        _server.Jobs.All["job-1"].FalseHashes.Enqueue(new string('1', 64));

        await _client.Jobs.DownloadAsync("job-1", Name, Target, cancellationToken: TestContext.Current.CancellationToken);

        (await File.ReadAllBytesAsync(Target, TestContext.Current.CancellationToken)).ShouldBe(file);
        _server.Jobs.Requests.Cast<DownloadFileRequest>().Select(request => request.Offset).ShouldBe([0, 2000, 0]);
    }

    [Fact]
    public async Task DownloadAsync_NoProgressBetweenCuts_GivesUpAndKeepsThePart()
    {
        Serve(5000, [new Cut(3, CutKind.Unavailable), .. Enumerable.Repeat(new Cut(0, CutKind.Abort), 10)]);

        (await Should.ThrowAsync<S2MException>(() => _client.Jobs.DownloadAsync("job-1", Name, Target, cancellationToken: TestContext.Current.CancellationToken)))
            .Status.ShouldBe(StatusCode.Unavailable);

        _server.Jobs.Requests.Count.ShouldBe(_client.Options.Attempts);
        new FileInfo(Part).Length.ShouldBe(3000);
    }

    [Fact]
    public async Task ReadFileAsync_SmallFile_GivesItsBytes()
    {
        byte[] file = Serve(1500, new Cut(1, CutKind.EndEarly));

        (await _client.Jobs.ReadFileAsync("job-1", Name, cancellationToken: TestContext.Current.CancellationToken)).ShouldBe(file);
    }

    [Fact]
    public async Task UploadParametersAsync_CutTwice_SendsFromTheBeginningAgain()
    {
        byte[] file = new byte[(3 * 256 * 1024) + 17];
        Array.Fill(file, (byte)7);
        _server.Jobs.UploadCuts.Enqueue(new Cut(1, CutKind.Abort));
        _server.Jobs.UploadCuts.Enqueue(new Cut(3, CutKind.Unavailable));
        using var content = new MemoryStream(file);

        string hash = await _client.Jobs.UploadParametersAsync(content, cancellationToken: TestContext.Current.CancellationToken);

        hash.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(file)));
        _server.Jobs.UploadCuts.ShouldBeEmpty();
    }

    private byte[] Serve(int length, params Cut[] cuts)
    {
        byte[] file = [.. Enumerable.Range(0, length).Select(index => (byte)(index * 31 >> 3))];
        _server.Jobs.All["job-1"] = new FakeJob { Job = new Job { JobId = "job-1" }, Cuts = new Queue<Cut>(cuts), Files = { [Name] = file } };
        return file;
    }
}
