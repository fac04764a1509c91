using CsCheck;
using Google.Protobuf;
using Grpc.Core;
using S2M.Data.Tests.Files;
using S2M.Protos.V1;

namespace S2M.Coordinator.Tests.DataSets;

public sealed class UploadTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private DataSetHost _host = null!;
    private int _seeds;

    public async ValueTask InitializeAsync() => _host = await DataSetHost.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Upload_Whole_IsRegisteredAndCanBeFetched()
    {
        TestVersion version = TestVersion.Birds(0);

        DataSet registered = await _host.UploadAsync(version);

        registered.Version.ShouldBe("birds@" + version.Sha256);
        (registered.Images, registered.Classes, registered.ManifestBytes, registered.ContentBytes).ShouldBe((9, 3, version.ManifestBytes, version.Content.Length));
        (registered.Actor, registered.Path, registered.BuiltIn).ShouldBe(("local", string.Empty, false));
        _host.Files.ShouldBe([version.Sha256 + ".content"]);
        (await _host.FetchAsync(version.Sha256)).ShouldBe(version.Content);
    }

    // A cut is an early end, an abandoned call, or a new coordinator over the same folder.
    [Fact]
    public async Task Upload_CutAnywhere_EndsInTheSameVersion() =>
        await Gen.Select(Gen.Int[0, 5_000], Gen.Int[1, 700], Gen.Int[0, 2]).Array[0, 5].SampleAsync(
            async cuts =>
            {
                TestVersion version = TestVersion.Birds(++_seeds);
                foreach ((int cut, int messageBytes, int kind) in cuts)
                {
                    long received = (await _host.BeginAsync(version)).ReceivedBytes;
                    long end = Math.Max(received, cut % (version.Content.Length + 1));
                    await (kind == 1 ? AbandonAsync(version, received, end) : _host.SendAsync(version, received, end, messageBytes));
                    if (kind == 2)
                    {
                        await _host.DisposeAsync();
                        _host = await DataSetHost.StartAsync(_folder, rows: _host.Rows);
                        (await _host.BeginAsync(version)).ReceivedBytes.ShouldBe(end);
                    }
                }

                long rest = (await _host.BeginAsync(version)).ReceivedBytes;
                (await _host.SendAsync(version, rest, version.Content.Length)).ShouldBe(version.Content.Length);
                (await _host.CompleteAsync(version)).Version.ShouldBe("birds@" + version.Sha256);
                (await _host.FetchAsync(version.Sha256)).ShouldBe(version.Content);
            },
            iter: 40,
            threads: 1);

    [Fact]
    public async Task Upload_OverlappingRun_IsPassedBy()
    {
        TestVersion version = TestVersion.Birds(1);
        await _host.BeginAsync(version);

        (await _host.SendAsync(version, 0, 1000)).ShouldBe(1000);
        (await _host.SendAsync(version, 0, 500)).ShouldBe(1000);
        (await _host.SendAsync(version, 700, version.Content.Length, 100)).ShouldBe(version.Content.Length);
        (await _host.CompleteAsync(version)).Images.ShouldBe(9);
    }

    [Fact]
    public async Task Upload_ManyAtOnce_EndsInOneWholeVersion()
    {
        TestVersion version = TestVersion.Birds(2);
        await _host.BeginAsync(version);

        DataSet[] answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(async client =>
        {
            await _host.SendAsync(version, 0, version.Content.Length, 37 * client);
            return await _host.CompleteAsync(version);
        }));

        answers.ShouldAllBe(answer => answer.Version == "birds@" + version.Sha256);
        _host.Rows.Count.ShouldBe(1);
        _host.Files.ShouldBe([version.Sha256 + ".content"]);
        (await _host.FetchAsync(version.Sha256)).ShouldBe(version.Content);
    }

    [Fact]
    public async Task Upload_TamperedAnywhere_IsRefusedAndCanBeSentAgain()
    {
        TestVersion version = TestVersion.Birds(3);
        foreach (int at in Enumerable.Range(0, version.Content.Length).Where(at => at % 41 == 0 || at == version.ManifestBytes - 1 || at == version.ManifestBytes))
        {
            await _host.BeginAsync(version);
            RpcException refusal = await SendAndCompleteAsync(version.Tamper(at)).RefusedAsync(StatusCode.InvalidArgument);

            refusal.Fields().ShouldBe([at < version.ManifestBytes ? "data" : "content"]);
            refusal.Status.Detail.ShouldContain("expected SHA-256");
            RefusedWithoutTrace();
            (await _host.BeginAsync(version)).ReceivedBytes.ShouldBe(0);
        }

        (await _host.UploadAsync(version)).Images.ShouldBe(9);
    }

    public static TheoryData<string, string> WrongManifests => new()
    {
        { "../x.png", "relative segment" },
        { "/etc/x.png", "absolute" },
        { "a/../../x.png", "relative segment" },
        { "a\\x.png", "backslash" },
        { "notes.txt", "expected PNG or JPEG files in class folders" },
        { "a/.x.png", "expected PNG or JPEG files in class folders" },
        { "x.png", "expected PNG or JPEG files in class folders" },
    };

    [Theory]
    [MemberData(nameof(WrongManifests))]
    public async Task Upload_PathThatIsNoImageOfAClass_IsRefusedWithTheManifest(string path, string expected)
    {
        TestVersion version = TestVersion.Of(("a/ok.png", TestPng.OfGray(1, 1, 1)), (path, TestPng.OfGray(1, 1, 2)));
        await _host.BeginAsync(version);

        RpcException refusal = await _host.SendAsync(version, 0, version.ManifestBytes).RefusedAsync(StatusCode.InvalidArgument);

        refusal.Fields().ShouldBe(["data"]);
        refusal.Status.Detail.ShouldContain(expected);
        RefusedWithoutTrace();
    }

    [Fact]
    public async Task Upload_SizesThatAreNotTheManifests_AreRefused()
    {
        TestVersion version = TestVersion.Birds(4);
        TestVersion longer = version with { Content = [.. version.Content, 0] };
        await _host.BeginAsync(longer);
        (await _host.SendAsync(longer, 0, longer.Content.Length).RefusedAsync(StatusCode.InvalidArgument)).Status.Detail.ShouldContain("bytes of files after the manifest's");
        RefusedWithoutTrace();

        // Another guess of the sizes takes the place of the first, but not once the manifest is there.
        await _host.BeginAsync(version);
        await _host.SendAsync(version, 0, version.ManifestBytes);
        (await _host.BeginAsync(longer).RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["content_bytes"]);
        await _host.SendAsync(version, 0, version.Content.Length);
        (await _host.CompleteAsync(version)).Images.ShouldBe(9);
    }

    [Fact]
    public async Task Upload_FileLargerThanAnImageMayBe_IsRefusedWithTheManifest()
    {
        byte[] manifest = TestContent.Manifest([("a/x.png", new byte[33 << 20])]);
        TestVersion version = TestVersion.Of(manifest, manifest) with { Content = new byte[manifest.Length + (33 << 20)] };
        manifest.CopyTo(version.Content, 0);
        await _host.BeginAsync(version);

        (await _host.SendAsync(version, 0, manifest.Length).RefusedAsync(StatusCode.InvalidArgument)).Status.Detail.ShouldContain("file 'a/x.png': expected at most");
        RefusedWithoutTrace();
    }

    [Fact]
    public async Task Upload_TextThatIsNoManifest_IsRefusedBriefly()
    {
        byte[] text = [.. "s2m-manifest 1\n"u8, .. Enumerable.Repeat((byte)'x', 300_000), (byte)'\n'];
        TestVersion version = TestVersion.Of(text, [.. text, 1]);
        await _host.BeginAsync(version);

        RpcException refusal = await _host.SendAsync(version, 0, text.Length).RefusedAsync(StatusCode.InvalidArgument);
        refusal.Status.Detail.ShouldContain("expected the line 'sha256 length path'");
        refusal.Status.Detail.Length.ShouldBeLessThan(1000);
    }

    [Fact]
    public async Task Complete_UnreadableImage_IsNamedAndLeavesNothing()
    {
        TestVersion version = TestVersion.Of(("a/ok.png", TestPng.OfGray(1, 1, 1)), ("b/broken.png", [1, 2, 3]));
        await _host.BeginAsync(version);

        RpcException refusal = await SendAndCompleteAsync(version).RefusedAsync(StatusCode.InvalidArgument);

        refusal.Fields().ShouldBe(["content"]);
        refusal.Status.Detail.ShouldContain("image 'b/broken.png': expected a whole PNG or JPEG file");
        RefusedWithoutTrace();
        (await _host.FetchAsync(version.Sha256).RefusedAsync(StatusCode.NotFound)).Status.Detail.ShouldContain(version.Sha256);
    }

    [Fact]
    public async Task Complete_BytesMissing_SaysHowManyAreThere()
    {
        TestVersion version = TestVersion.Birds(5);
        (await _host.CompleteAsync(version).RefusedAsync(StatusCode.FailedPrecondition)).Status.Detail.ShouldContain("call BeginUpload");
        await _host.BeginAsync(version);
        await _host.SendAsync(version, 0, version.Content.Length - 1);

        (await _host.CompleteAsync(version).RefusedAsync(StatusCode.FailedPrecondition)).Status.Detail
            .ShouldContain($"expected {version.Content.Length} bytes of content, got {version.Content.Length - 1}");
        (await _host.BeginAsync(version)).ReceivedBytes.ShouldBe(version.Content.Length - 1);
    }

    [Fact]
    public async Task Complete_SameRequestAgain_GivesTheSameAnswer()
    {
        TestVersion version = TestVersion.Birds(6);
        await _host.BeginAsync(version);
        await _host.SendAsync(version, 0, version.Content.Length);
        string request = _host.NextRequest();

        DataSet first = await _host.CompleteAsync(version, requestId: request);
        (await _host.CompleteAsync(version, requestId: request)).ShouldBe(first);
        (await _host.CompleteAsync(version)).ShouldBe(first);
        (await _host.BeginAsync(version)).DataSet.ShouldBe(first);
        (await _host.CompleteAsync(version, "other", request).RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["request_id"]);
        _host.Rows.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Upload_UnderAnotherName_NeedsNoBytesAgain()
    {
        TestVersion version = TestVersion.Birds(7);
        await _host.UploadAsync(version);
        await _host.DisposeAsync();
        _host = await DataSetHost.StartAsync(_folder, rows: _host.Rows);

        BeginUploadResponse begun = await _host.BeginAsync(version, "fowl");
        begun.ReceivedBytes.ShouldBe(version.Content.Length);
        begun.DataSet.ShouldBeNull();
        (await _host.CompleteAsync(version, "fowl")).Version.ShouldBe("fowl@" + version.Sha256);
        (await _host.BeginAsync(version with { Content = [.. version.Content, 0] }, "third").RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["content_bytes"]);
        _host.Files.ShouldBe([version.Sha256 + ".content"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a@b")]
    [InlineData("a/b")]
    [InlineData("é")]
    [InlineData("glyphs")]
    [InlineData("a1234567890123456789012345678901234567890123456789012345678901234")]
    public async Task BeginUpload_NameThatIsNone_NamesTheField(string name) =>
        (await _host.BeginAsync(TestVersion.Birds(8), name).RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["name"]);

    [Fact]
    public async Task BeginUpload_EverythingWrong_NamesEveryField() =>
        (await _host.Client.BeginUploadAsync(new BeginUploadRequest { Name = "@", Sha256 = "A", ContentBytes = -1, RequestId = "1", Actor = "a\nb" }).ResponseAsync
            .RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["name", "sha256", "manifest_bytes", "content_bytes", "request_id", "actor"]);

    [Theory]
    [InlineData((64 << 20) + 1, 1L << 30, "manifest_bytes")]
    [InlineData(100, (64L << 30) + 1, "content_bytes")]
    public async Task BeginUpload_TooLarge_IsRefused(long manifestBytes, long contentBytes, string field) =>
        (await BeginAsync(manifestBytes, contentBytes).RefusedAsync(StatusCode.ResourceExhausted)).Fields().ShouldBe([field]);

    [Fact]
    public async Task BeginUpload_MoreThanTheDiskHas_IsRefused()
    {
        await _host.DisposeAsync();
        _host = await DataSetHost.StartAsync(_folder, static options => options.MaximumContentBytes = 1L << 40);
        long beyond = new DriveInfo(_folder.Path).TotalSize + 1;
        Assert.SkipUnless(beyond < 1L << 40, "the disk is larger than an upload may be");

        (await BeginAsync(100, beyond).RefusedAsync(StatusCode.ResourceExhausted)).Status.Detail.ShouldContain("free on the coordinator's disk");
    }

    [Fact]
    public async Task UploadContent_WrongRuns_AreRefusedPrecisely()
    {
        TestVersion version = TestVersion.Birds(9);
        (await _host.SendAsync(version, 0, 10).RefusedAsync(StatusCode.FailedPrecondition)).Status.Detail.ShouldContain("call BeginUpload");
        await _host.BeginAsync(version);
        await _host.SendAsync(version, 0, 10);

        (await _host.SendAsync(version, 11, 20).RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["offset"]);
        (await _host.SendAsync().RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["sha256"]);
        (await _host.SendAsync(new UploadContentRequest { Sha256 = "x", Offset = -1 }).RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["sha256", "offset"]);
        (await _host.SendAsync(First(version, 10, 0), First(version, 10, 0)).RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["sha256"]);
        (await _host.SendAsync(First(version, 10, version.Content.Length)).RefusedAsync(StatusCode.InvalidArgument)).Fields().ShouldBe(["data"]);
        (await _host.SendAsync(First(version, 10, (1 << 20) + 1)).RefusedAsync(StatusCode.ResourceExhausted)).Fields().ShouldBe(["data"]);
        (await _host.BeginAsync(version)).ReceivedBytes.ShouldBe(10);
    }

    [Fact]
    public async Task UploadContent_RefusedThroughAnotherCall_AsksToBeginAgain()
    {
        TestVersion version = TestVersion.Birds(12);
        await _host.BeginAsync(version);
        using AsyncClientStreamingCall<UploadContentRequest, UploadContentResponse> call = _host.Client.UploadContent();
        await call.RequestStream.WriteAsync(new UploadContentRequest { Sha256 = version.Sha256, Data = ByteString.CopyFrom(version.Content.AsSpan(0, 100)) });
        while ((await _host.BeginAsync(version)).ReceivedBytes == 0)
        {
            // The message is on its way.
        }

        await _host.BeginAsync(version with { Content = [.. version.Content, 0] });
        await call.RequestStream.WriteAsync(new UploadContentRequest { Data = ByteString.CopyFrom(version.Content.AsSpan(100, 100)) });

        (await call.ResponseAsync.RefusedAsync(StatusCode.Aborted)).Status.Detail.ShouldContain("expected at most the 0 bytes that are there, got 100");
        (await _host.UploadAsync(version)).Images.ShouldBe(9);
    }

    [Fact]
    public async Task Start_OldPartials_AreRemovedAndYoungOnesStay()
    {
        TestVersion old = TestVersion.Birds(10);
        TestVersion young = TestVersion.Birds(11);
        foreach (TestVersion version in new[] { old, young })
        {
            await _host.BeginAsync(version);
            await _host.SendAsync(version, 0, 100);
        }

        File.SetLastWriteTimeUtc(Path.Combine(_host.State, "data-sets", old.Sha256 + ".partial"), (TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(8)).UtcDateTime);
        await _host.DisposeAsync();
        _host = await DataSetHost.StartAsync(_folder);

        _host.Files.ShouldBe([young.Sha256 + ".partial"]);
    }

    private static UploadContentRequest First(TestVersion version, long offset, int bytes) =>
        new() { Sha256 = version.Sha256, Offset = offset, Data = ByteString.CopyFrom(new byte[bytes]) };

    private void RefusedWithoutTrace()
    {
        _host.Rows.Count.ShouldBe(0);
        _host.Rows.Requests.ShouldBe(0);
        _host.Files.ShouldBeEmpty();
    }

    private async Task SendAndCompleteAsync(TestVersion version)
    {
        await _host.SendAsync(version, 0, version.Content.Length, 500);
        await _host.CompleteAsync(version);
    }

    // Ends a call without its end, as a client that is killed does.
    private async Task AbandonAsync(TestVersion version, long offset, long end)
    {
        using AsyncClientStreamingCall<UploadContentRequest, UploadContentResponse> call = _host.Client.UploadContent();
        var data = ByteString.CopyFrom(version.Content.AsSpan((int)offset..(int)end));
        await call.RequestStream.WriteAsync(new UploadContentRequest { Sha256 = version.Sha256, Offset = offset, Data = data });
    }

    private async Task BeginAsync(long manifestBytes, long contentBytes) => await _host.Client.BeginUploadAsync(new BeginUploadRequest
    {
        Name = "birds",
        Sha256 = new string('a', 64),
        ManifestBytes = manifestBytes,
        ContentBytes = contentBytes,
        RequestId = _host.NextRequest(),
    });
}
