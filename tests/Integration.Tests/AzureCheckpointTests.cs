using S2M.Coordinator.Tests.Checkpoints;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

[assembly: AssemblyFixture(typeof(AzuriteServer))]

namespace S2M.Integration.Tests;

/// <summary>Whole jobs whose checkpoints are blobs.</summary>
public sealed class AzureCheckpointTests(Reference reference, AzuriteServer server)
{
    [Fact]
    public async Task Kill_InTheMiddle_JobGoesOnFromItsBlobsWithTheSameBits()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, environment: await EnvironmentAsync());

        await CoordinatorLossTests.AssertGoesOnAsync(cluster, reference);

        Job job = await cluster.Client.Jobs.ListAsync(cancellationToken: TestContext.Current.CancellationToken).SingleAsync(TestContext.Current.CancellationToken);
        Directory.GetDirectories(Path.Combine(cluster.State, "jobs", job.JobId)).ShouldBeEmpty("no checkpoint is a file");
        Finished downloaded = await cluster.RunCommandAsync("job", "download", job.JobId, "--file", "parameters.safetensors", "--to", cluster["downloaded"]);
        downloaded.ExitCode.ShouldBe(0, downloaded.Errors);
        new FileInfo(Path.Combine(cluster["downloaded"], "parameters.safetensors")).Length.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Start_StoreOfNoUse_IsRefusedWithTheReason()
    {
        await using Cluster cluster = await Cluster.StartAsync(0, environment: await EnvironmentAsync());
        string[] arguments = ["--listen", "127.0.0.1:0", "--state", cluster["other"], "--checkpoints", "azure"];
        foreach ((string text, string expected) in new[]
        {
            (string.Empty, "Checkpoints:ConnectionString: expected 'DefaultEndpointsProtocol=...;AccountName=...;AccountKey=...' for Checkpoints:Store=azure, got nothing"),
            ("nonsense", "Checkpoints:ConnectionString: expected 'DefaultEndpointsProtocol=...;AccountName=...;AccountKey=...', got another text"),
            (AzuriteServer.Describe(await server.AddressAsync(), Convert.ToBase64String(new byte[32])), "expected an account and key that may read, write and delete blobs"),
        })
        {
            await using ProgramProcess coordinator = ProgramProcess.Start(
                "S2M.Coordinator.dll", new Dictionary<string, string>(StringComparer.Ordinal) { [Cluster.BlobStore] = text }, arguments);

            Finished ended = await coordinator.FinishAsync();

            ended.ExitCode.ShouldBe(1, ended.Errors);
            ended.Errors.ShouldContain("error: ");
            ended.Errors.ShouldContain(expected);
            ended.Output.ShouldNotContain("listening on");
        }
    }

    private async Task<Dictionary<string, string>> EnvironmentAsync()
        => new(StringComparer.Ordinal) { [Cluster.BlobStore] = await server.ConnectionStringAsync() };
}
