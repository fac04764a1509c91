using CsCheck;
using Grpc.Core;
using S2M.Data.Tests.Files;
using S2M.Protos.V1;

namespace S2M.Coordinator.Tests.DataSets;

public sealed class DataSetEndpointTests : IAsyncLifetime
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String[0, 80],
        Gen.String[Gen.Char["abcdef0123456789"], 64, 64],
        Gen.OneOf(string.Empty, "birds", "glyphs", "/", "/dev/null", "..", new string('x', 9000), "a@" + new string('0', 64)));

    private static readonly Gen<long> Numbers = Gen.OneOf(Gen.Long, Gen.Long[-2, 2000], Gen.OneOf(long.MinValue, long.MaxValue));

    private static readonly StatusCode[] Precise =
        [StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.FailedPrecondition, StatusCode.ResourceExhausted];

    private readonly TemporaryFolder _folder = new();
    private DataSetHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await DataSetHost.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task FetchContent_FromAnyOffset_IsTheRest()
    {
        TestVersion version = Large();
        await _host.UploadAsync(version);
        await Gen.Int[0, version.Content.Length].SampleAsync(
            async offset => (await _host.FetchAsync(version.Sha256, offset)).ShouldBe(version.Content[offset..]), iter: 30, threads: 1);

        (await _host.FetchAsync(version.Sha256, version.Content.Length)).ShouldBeEmpty();
        (await _host.FetchAsync(version.Sha256, version.Content.Length + 1).RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["offset"]);
    }

    [Fact]
    public async Task RegisterDataSet_Folder_IsTheVersionThatAnUploadWouldBe()
    {
        TestVersion version = TestVersion.Birds(1);
        string path = WriteBirds(1);
        string request = _host.NextRequest();

        DataSet registered = await _host.RegisterAsync("birds", path, request);

        (registered.Version, registered.Path, registered.Images, registered.Classes, registered.Actor).ShouldBe(("birds@" + version.Sha256, path, 9, 3, "ada"));
        (registered.ManifestBytes, registered.ContentBytes).ShouldBe((version.ManifestBytes, version.Content.Length));
        (await _host.RegisterAsync("birds", path, request)).ShouldBe(registered);
        (await _host.FetchAsync(version.Sha256, 77)).ShouldBe(version.Content[77..]);
        (await _host.BeginAsync(version)).DataSet.ShouldBe(registered);
        (await _host.RegisterAsync("other", path, request).RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["request_id"]);
        _host.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task RegisterDataSet_WhatCannotBeUsed_IsRefusedWithoutARow()
    {
        _folder.Write("broken/a/x.png", [1, 2, 3]);
        _folder.Write("empty.zip", []);
        foreach ((string path, string expected) in new[]
            {
                (Path.Combine(_folder.Path, "broken"), "image 'a/x.png'"),
                (Path.Combine(_folder.Path, "empty.zip"), "an empty file, a pipe or a device"),
                ("/dev/zero", "an empty file, a pipe or a device"),
                (Path.Combine(_folder.Path, "none"), "got nothing at"),
                ("relative/path", "expected an absolute path"),
                ("/a\0b", "expected an absolute path"),
                (string.Empty, "expected an absolute path"),
            })
        {
            RpcException refusal = await _host.RegisterAsync("birds", path).RefusedAsync(StatusCode.InvalidArgument);
            refusal.Fields().ShouldBe(["path"]);
            refusal.Status.Detail.ShouldContain(expected);
        }

        _host.Rows.Count.ShouldBe(0);
    }

    [Fact]
    public async Task FetchContent_PathThatChanged_NamesBothVersions()
    {
        string path = WriteBirds(2);
        DataSet registered = await _host.RegisterAsync("birds", path);
        _folder.Write("birds2/owl/new.png", TestPng.OfGray(1, 1, 1));

        (await _host.FetchAsync(registered.Version["birds@".Length..]).RefusedAsync(StatusCode.FailedPrecondition)).Status.Detail
            .ShouldContain($"expected {registered.Version}, got birds@");
        (await GetAsync("birds").RefusedAsync(StatusCode.FailedPrecondition)).Status.Detail.ShouldContain("the files changed");

        File.Delete(Path.Combine(path, "owl", "new.png"));
        (await GetAsync("birds")).DataSet.ShouldBe(registered);
    }

    [Fact]
    public async Task FetchContent_BuiltInOrUnknown_SaysSo()
    {
        DataSet glyphs = (await GetAsync("glyphs")).DataSet;

        (await _host.FetchAsync(glyphs.Version["glyphs@".Length..]).RefusedAsync(StatusCode.FailedPrecondition)).Status.Detail.ShouldContain("built-in");
        (await _host.FetchAsync(new string('a', 64)).RefusedAsync(StatusCode.NotFound)).Status.Detail.ShouldContain("s2m data list");
    }

    [Fact]
    public async Task GetDataSet_NameOrVersion_GivesTheNewestOrThatOne()
    {
        TestVersion older = TestVersion.Birds(3);
        TestVersion newer = TestVersion.Birds(4);
        await _host.UploadAsync(older);
        await _host.UploadAsync(newer);

        GetDataSetResponse newest = await GetAsync("birds");
        newest.DataSet.Version.ShouldBe("birds@" + newer.Sha256);
        newest.Classes.Select(imageClass => $"{imageClass.Name} {imageClass.Images}").ShouldBe(["Eagle 3", "owl 3", "wren 3"]);
        (await GetAsync("birds@" + older.Sha256)).DataSet.Version.ShouldBe("birds@" + older.Sha256);
        (await GetAsync("birds@" + new string('a', 64)).RefusedAsync(StatusCode.NotFound)).Status.Detail.ShouldContain("the newest is birds@" + newer.Sha256);
    }

    [Theory]
    [InlineData("bird", "did you mean 'birds'? Otherwise add it with 's2m data add bird PATH'")]
    [InlineData("glyps", "did you mean 'glyphs'?")]
    [InlineData("imagenet", "unknown name; add it with 's2m data add imagenet PATH'")]
    public async Task GetDataSet_UnknownName_GivesTheRemedy(string name, string expected)
    {
        await _host.UploadAsync(TestVersion.Birds(5));

        (await GetAsync(name).RefusedAsync(StatusCode.NotFound)).Status.Detail.ShouldContain(expected);
    }

    [Fact]
    public async Task ListDataSets_All_BeginsWithTheBuiltInOne()
    {
        DataSet first = await _host.UploadAsync(TestVersion.Birds(6));
        DataSet second = await _host.UploadAsync(TestVersion.Birds(7), "fowl");

        ListDataSetsResponse all = await _host.Client.ListDataSetsAsync(new ListDataSetsRequest());
        all.DataSets.Skip(1).ShouldBe([second, first]);
        (all.DataSets[0].Name, all.DataSets[0].BuiltIn, all.DataSets[0].Images, all.DataSets[0].Classes, all.DataSets[0].RegisteredAt).ShouldBe(("glyphs", true, 8000, 400, null));
        (await _host.Client.ListDataSetsAsync(new ListDataSetsRequest { Name = "birds" })).DataSets.ShouldBe([first]);
        (await ListAsync("a b").RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["name"]);
    }

    [Fact]
    public async Task AnyMethod_RandomRequests_AreAnsweredPrecisely() =>
        await Gen.Select(Gen.Int[0, 6], Texts.Array[4], Numbers.Array[2], Gen.Byte.Array[0, 200]).SampleAsync(
            async (method, texts, numbers, bytes) => Precise.ShouldContain(await StatusAsync(method, texts, numbers, bytes)), iter: 1500, threads: 1);

    private async Task<StatusCode> StatusAsync(int method, string[] texts, long[] numbers, byte[] bytes)
    {
        try
        {
            switch (method)
            {
                case 0:
                    await _host.Client.BeginUploadAsync(new BeginUploadRequest
                    {
                        Name = texts[0],
                        Sha256 = texts[1],
                        RequestId = _host.NextRequest(),
                        Actor = texts[3],
                        ManifestBytes = numbers[0],
                        ContentBytes = numbers[1],
                    });
                    break;
                case 1:
                    await _host.SendAsync(new UploadContentRequest { Sha256 = texts[0], Offset = numbers[0], Data = Google.Protobuf.ByteString.CopyFrom(bytes) });
                    break;
                case 2:
                    await _host.Client.CompleteUploadAsync(new CompleteUploadRequest { Name = texts[0], Sha256 = texts[1], RequestId = texts[2], Actor = texts[3] });
                    break;
                case 3:
                    // No folder of this machine but its own: "/", or whatever lies beside the sources, would be read through.
                    await _host.RegisterAsync(texts[0], Directory.Exists(texts[1]) ? _folder.Path : texts[1]);
                    break;
                case 4:
                    await GetAsync(texts[0]);
                    break;
                case 5:
                    await ListAsync(texts[0]);
                    break;
                default:
                    await _host.FetchAsync(texts[0], numbers[0]);
                    break;
            }

            return StatusCode.OK;
        }
        catch (RpcException refusal)
        {
            refusal.GetRpcStatus().ShouldNotBeNull();
            return refusal.StatusCode;
        }
    }

    private async Task<GetDataSetResponse> GetAsync(string version) => await _host.Client.GetDataSetAsync(new GetDataSetRequest { Version = version });

    private async Task<ListDataSetsResponse> ListAsync(string name) => await _host.Client.ListDataSetsAsync(new ListDataSetsRequest { Name = name });

    // Several messages long, with files that are longer than a message.
    private static TestVersion Large() => TestVersion.Of(
        [.. Enumerable.Range(0, 6).Select(image => ($"class{image % 2}/{image}.png", TestPng.Wrap(300, 300, 8, TestPng.Gray, null, Noise(image))))]);

    // Stored blocks keep the file as long as its pixels.
    private static byte[] Noise(int seed)
    {
        byte[] rows = new byte[300 * 301];
        uint state = (uint)seed + 1;
        for (int i = 0; i < rows.Length; i++)
        {
            state = (state * 1664525) + 1013904223;
            rows[i] = i % 301 == 0 ? (byte)0 : (byte)(state >> 24);
        }

        return TestPng.Pack(rows);
    }

    private string WriteBirds(int seed)
    {
        foreach ((string path, byte[] bytes) in TestVersion.BirdFiles(seed))
        {
            _folder.Write($"birds{seed}/{path}", bytes);
        }

        return Path.Combine(_folder.Path, $"birds{seed}");
    }
}
