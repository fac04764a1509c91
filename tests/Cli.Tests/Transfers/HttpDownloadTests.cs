using System.Security.Cryptography;
using CsCheck;
using S2M.Cli.Commands;
using S2M.Cli.Transfers;
using S2M.Client;

namespace S2M.Cli.Tests.Transfers;

public sealed class HttpDownloadTests : IAsyncLifetime
{
    private const string Name = "images.zip";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2m-cli-tests-");
    private readonly HttpClient _http = new();
    private FileServer _server = null!;

    private string Target => Path.Combine(_folder.FullName, Name);

    private string Part => $"{Target}.part";

    public async ValueTask InitializeAsync() => _server = await FileServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task GetAsync_CutAnywhereWithOrWithoutRange_TheFileIsWhole()
        => await Gen.Select(Gen.Int[1, 50_000], Gen.Int[0, 50_000].Array[0, 3], Gen.Bool, Gen.Int[0, 50_000]).SampleAsync(
            async (length, cuts, knowsRange, before) =>
            {
                byte[] bytes = Serve(length);
                _server.KnowsRange = knowsRange;
                _server.Cuts.Clear();
                Array.ForEach(cuts, _server.Cuts.Enqueue);
                File.Delete(Target);
                await File.WriteAllBytesAsync(Part, bytes[..Math.Min(before, length)]);

                string path = await GetAsync(bytes);

                (await File.ReadAllBytesAsync(path)).ShouldBe(bytes);
                File.Exists(Part).ShouldBeFalse();
            },
            iter: 60,
            threads: 1);

    [Fact]
    public async Task GetAsync_PartOfBefore_AsksForTheRestAlone()
    {
        byte[] bytes = Serve(10_000);
        await File.WriteAllBytesAsync(Part, bytes[..4_000], TestContext.Current.CancellationToken);

        await GetAsync(bytes);

        _server.Ranges.ShouldBe(["bytes=4000-"]);
    }

    [Theory]
    [InlineData(4_000)]
    [InlineData(10_000)]
    [InlineData(20_000)]
    public async Task GetAsync_PartOfAnotherFile_StartsOver(int length)
    {
        byte[] bytes = Serve(10_000);
        await File.WriteAllBytesAsync(Part, new byte[length], TestContext.Current.CancellationToken);

        (await File.ReadAllBytesAsync(await GetAsync(bytes), TestContext.Current.CancellationToken)).ShouldBe(bytes);
    }

    [Fact]
    public async Task GetAsync_WrongBytes_IsRefusedAndNothingStays()
    {
        Serve(10_000);

        CommandException problem = await Should.ThrowAsync<CommandException>(() => GetAsync([1, 2, 3]));

        problem.Message.ShouldContain("expected MD5");
        File.Exists(Target).ShouldBeFalse();
        File.Exists(Part).ShouldBeFalse();
    }

    [Fact]
    public async Task GetAsync_ThereAlready_AsksNobody()
    {
        byte[] bytes = Serve(100);
        await File.WriteAllBytesAsync(Target, bytes, TestContext.Current.CancellationToken);

        await GetAsync(bytes);

        _server.Ranges.ShouldBeEmpty();
    }

    [Fact]
    public async Task GetAsync_AlwaysCut_GivesUpAndKeepsThePart()
    {
        byte[] bytes = Serve(10_000);
        _server.Cuts.Enqueue(3_000);
        for (int i = 0; i < HttpDownload.Attempts; i++)
        {
            _server.Cuts.Enqueue(0);
        }

        (await Should.ThrowAsync<CommandException>(() => GetAsync(bytes))).Message.ShouldContain("What arrived stays");

        File.Exists(Part).ShouldBeTrue();
    }

    [Fact]
    public async Task GetAsync_Absent_IsAnErrorAtOnce()
    {
        (await Should.ThrowAsync<CommandException>(() => GetAsync([1]))).ExitCode.ShouldBe(ExitCodes.Failed);
    }

    [Fact]
    public async Task DataGet_WrongBytesAtAnotherAddress_Is1()
    {
        foreach (PublishedFile file in PublishedFile.Omniglot)
        {
            _server.Files[file.Name] = [1, 2, 3];
        }

        Finished run = await CliProcess.RunAsync(_folder.FullName, [], "data", "get", "omniglot", "--to", "got", "--url", $"{_server.Address}".TrimEnd('/'));

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldContain("images_background.zip: expected MD5 68d2efa1b9178cc56df9314c21c6e718");
    }

    private byte[] Serve(int length)
    {
        byte[] bytes = [.. Enumerable.Range(0, length).Select(index => (byte)((index * 7) + (index >> 8)))];
        _server.Files[Name] = bytes;
        return bytes;
    }

    private Task<string> GetAsync(byte[] expected)
    {
#pragma warning disable CA5351 // What authors publish.
        var file = new PublishedFile(Name, Convert.ToHexStringLower(MD5.HashData(expected)));
#pragma warning restore CA5351
        return new HttpDownload(_http, TimeProvider.System, TimeSpan.FromMilliseconds(1)).GetAsync(file, _server.Address, _folder.FullName, new Nobody(), CancellationToken.None);
    }

    private sealed class Nobody : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => value.Done.ShouldBeLessThanOrEqualTo(value.Total);
    }
}
