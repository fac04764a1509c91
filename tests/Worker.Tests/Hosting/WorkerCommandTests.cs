using S2M.Worker.Hosting;
using S2M.Worker.Tests.Processes;

namespace S2M.Worker.Tests.Hosting;

public sealed class WorkerCommandTests
{
    private const string Somewhere = "http://127.0.0.1:1";

    [Theory]
    [InlineData("--coordinator", "somewhere", "--coordinator: expected an address such as")]
    [InlineData("--coordinator", "http://host:1/path", "--coordinator: expected an address such as")]
    [InlineData("--listen", "127.0.0.1", "--listen: expected IP:PORT such as 127.0.0.1:0, got '127.0.0.1'")]
    [InlineData("--advertise", "host:1", "--advertise: expected an address such as")]
    [InlineData("--name", "a b", "--name: expected 1 to 64 letters")]
    [InlineData("--device", "cuda:0", "--device: expected cpu, got 'cuda:0'; this build computes on CPUs only")]
    [InlineData("--threads", "2", "--threads: expected 1, got '2'; a worker computes on one thread, so start a worker for each core")]
    [InlineData("--cpu-level", "avx3", "avx3")]
    [InlineData("--data", "omniglot", "--data omniglot: expected NAME=PATH")]
    [InlineData("--metrics-port", "65536", "--metrics-port: expected 0 to 65535, got '65536'")]
    public void Parse_ValueThatCannotBeUsed_SaysSo(string option, string value, string message)
    {
        string[] arguments = option == "--coordinator" ? [option, value] : ["--coordinator", Somewhere, option, value];

        WorkerCommand.Create().Parse(arguments).Errors.ShouldHaveSingleItem().Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("--token-file", "no-such-file", "token file 'no-such-file': expected a readable file")]
    [InlineData("--data", "omniglot=no-such-folder", "data set 'omniglot': expected a folder or a zip archive, got nothing at 'no-such-folder'")]
    public async Task Main_FileThatCannotBeUsed_SaysSoAndEndsWithUsage(string option, string value, string message)
    {
        using WorkerProcess worker = WorkerProcess.StartCommand(["--coordinator", Somewhere, option, value], token: null);

        (int exitCode, string output, string errors) = await worker.FinishAsync();

        exitCode.ShouldBe(2, errors);
        errors.ShouldContain(message);
        output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Main_NoCoordinator_IsUsage()
    {
        using WorkerProcess worker = WorkerProcess.StartCommand([], token: null);

        (int exitCode, _, string errors) = await worker.FinishAsync();

        exitCode.ShouldBe(2);
        errors.ShouldContain("--coordinator");
        errors.ShouldContain("help: S2M.Worker --help");
    }

    [Fact]
    public async Task Main_Help_NamesEveryOption()
    {
        using WorkerProcess worker = WorkerProcess.StartCommand(["--help"], token: null);

        (int exitCode, string output, _) = await worker.FinishAsync();

        exitCode.ShouldBe(0);
        string[] options =
        [
            "--coordinator", "--listen", "--advertise", "--name", "--device", "--threads", "--cpu-level", "--token-file", "--cache", "--data", "--metrics-port", "--watch-stdin",
        ];
        options.ShouldAllBe(option => output.Contains(option, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Main_AddressInUse_FailsWithTheReason()
    {
        using var folder = new TemporaryFolder();
        await using FakeCoordinator taken = await FakeCoordinator.StartAsync();
        using WorkerProcess worker = WorkerProcess.Start(taken.Address, folder.Path, "--listen", $"127.0.0.1:{taken.Address.Port}");

        (int exitCode, string output, string errors) = await worker.FinishAsync();

        exitCode.ShouldBe(1);
        output.ShouldBeEmpty();
        errors.ShouldContain("address already in use");
    }

    [Fact]
    public async Task Main_TokenFile_IsTheTokenThatIsSentAndAskedFor()
    {
        using var folder = new TemporaryFolder();
        await using FakeCoordinator coordinator = await FakeCoordinator.StartAsync();
        string file = Path.Combine(folder.Path, "token");
        await File.WriteAllTextAsync(file, $"{FakeCoordinator.Token}\n");
        using WorkerProcess worker = WorkerProcess.StartCommand(["--coordinator", coordinator.Address.ToString(), "--token-file", file, "--cache", folder.Path], "another");

        // The coordinator answers nobody with another token.
        await coordinator.Registrations.Reader.ReadAsync();

        using ShareClient client = await worker.ConnectAsync("another");
        (await client.RefusedAsync(new Protos.V1.ComputeShareRequest())).StatusCode.ShouldBe(Grpc.Core.StatusCode.Unauthenticated);
    }

    [Fact]
    public async Task Main_MetricsPort_ServesTheMeterForPrometheus()
    {
        using var folder = new TemporaryFolder();
        await using FakeCoordinator coordinator = await FakeCoordinator.StartAsync();
        using WorkerProcess worker = WorkerProcess.Start(coordinator.Address, folder.Path, "--metrics-port", "0");
        await coordinator.Registrations.Reader.ReadAsync();
        string line = await worker.LineAsync("metrics on ");
        using var client = new HttpClient();

        string page = await client.GetStringAsync(new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]));

        page.ShouldContain("s2m_worker_cache_bytes");
    }
}
