using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Services;
using S2M.Coordinator.Tests.Jobs;
using S2M.Coordinator.Tests.Simulation;
using S2M.Protos.V1;

namespace S2M.Coordinator.Tests.Services;

public sealed class JobFilesTests : IDisposable
{
    private readonly StoreScene _scene = new();
    private readonly JobFiles _files;

    public JobFilesTests() => _files = new JobFiles(_scene.Store, new JobQueries(_scene.Store, _scene.History, null!), _scene.Folders, _scene.Checkpoints);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Uploads => Path.GetDirectoryName(_scene.Folders.Parameters(string.Empty))!;

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task SendAsync_FromAnyOffset_GivesTheRestAndTheHash()
    {
        string id = await _scene.BeginAsync();
        byte[] content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7))];
        Directory.CreateDirectory(_scene.Folders.Of(id));
        await File.WriteAllBytesAsync(Path.Combine(_scene.Folders.Of(id), JobFolders.Metrics), content, Token);
        foreach (int offset in (int[])[0, 1, 65_535, 65_536, 65_537, 199_999, 200_000])
        {
            var writer = new ListWriter<DownloadFileResponse>(message => message.Data.Length.ShouldBeLessThanOrEqualTo(1 << 16));

            await _files.SendAsync(new DownloadFileRequest { JobId = id, File = JobFolders.Metrics, Offset = offset }, writer, Token);

            writer.Written.SelectMany(message => message.Data).ShouldBe(content[offset..]);
            (writer.Written[0].TotalBytes, writer.Written[0].Sha256).ShouldBe((200_000, Convert.ToHexStringLower(SHA256.HashData(content))));
        }
    }

    [Theory]
    [InlineData(JobFolders.Metrics, 0, StatusCode.NotFound)]
    [InlineData("../s2m.db", 0, StatusCode.InvalidArgument)]
    [InlineData(CheckpointContent.Parameters, 4, StatusCode.NotFound)]
    public async Task SendAsync_FileThatIsNotThere_IsRefused(string file, int step, StatusCode code)
    {
        string id = await _scene.BeginAsync();

        (await Should.ThrowAsync<RpcException>(() => _files.SendAsync(
            new DownloadFileRequest { JobId = id, File = file, Step = step }, new ListWriter<DownloadFileResponse>(_ => { }), Token))).StatusCode.ShouldBe(code);
    }

    [Fact]
    public async Task ReceiveAsync_ParametersOfACheckpoint_AreThereUnderTheirHash()
    {
        var job = new SimulatedJob();
        string folder = Path.Combine(_scene.Folder, "written");
        CheckpointFiles.Write(folder, CheckpointContent.Copy(job.Begin(), job.Identity)(), warning => throw new InvalidOperationException(warning));
        byte[] content = await File.ReadAllBytesAsync(Path.Combine(folder, CheckpointContent.Parameters), Token);

        string hash = await _files.ReceiveAsync(new Pieces(content, 100), Token);

        hash.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(content)));
        (await File.ReadAllBytesAsync(_scene.Folders.Parameters(hash), Token)).ShouldBe(content);
        (await _files.ReceiveAsync(new Pieces(content, 33), Token)).ShouldBe(hash, "the same bytes, the same name");
        Directory.GetFiles(Uploads).Length.ShouldBe(1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(5000)]
    public async Task ReceiveAsync_Garbage_IsRefusedAndNothingIsLeft(int length)
    {
        byte[] garbage = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31))];

        (await Should.ThrowAsync<RpcException>(() => _files.ReceiveAsync(new Pieces(garbage, 1000), Token))).StatusCode.ShouldBe(StatusCode.InvalidArgument);

        Directory.GetFiles(Uploads).ShouldBeEmpty();
    }

    [Fact]
    public async Task ReceiveAsync_CutOff_LeavesNothing()
    {
        await Should.ThrowAsync<IOException>(() => _files.ReceiveAsync(new Pieces(new byte[3000], 1000, fails: true), Token));

        Directory.GetFiles(Uploads).ShouldBeEmpty();
    }

    private sealed class Pieces(byte[] content, int size, bool fails = false) : IAsyncStreamReader<UploadParametersRequest>
    {
        private int _next;

        public UploadParametersRequest Current { get; private set; } = new();

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (_next >= content.Length)
            {
                return fails ? throw new IOException("cut off") : Task.FromResult(false);
            }

            int count = Math.Min(size, content.Length - _next);
            Current = new UploadParametersRequest { Data = ByteString.CopyFrom(content, _next, count) };
            _next += count;
            return Task.FromResult(true);
        }
    }
}
