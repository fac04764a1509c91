using System.Text;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests;

/// <summary>A job gives the same bits and figures, however many processes compute it.</summary>
public sealed class SameBitsTests(Reference reference)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Train_OnWorkers_GivesTheBitsAndFiguresOfOneProcess(int workers)
    {
        await using Cluster cluster = await Cluster.StartAsync(workers);
        await AssertSameAsync(cluster, reference);
        if (workers == 2)
        {
            (await cluster.Client.Workers.ListAsync(cancellationToken: TestContext.Current.CancellationToken)).ShouldAllBe(worker => worker.Shares > 0);
            await AssertEvaluatesAsync(cluster, reference);
            AssertNoTensorsIn(cluster.Coordinator);
        }
    }

    [Theory]
    [InlineData("gmm3")]
    [InlineData("adagmm")]
    public async Task Train_MixturesOnOneAndTwoWorkers_GivesTheBitsAndFiguresOfOneProcess(string head)
    {
        string[] settings =
        [
            $"network.head={head}", "episode.images_per_class=18", "episode.modes=2", "training.steps=4", "training.gradient_check=2",
            "episode.groups=[{support: 0-8, queries: 9-17}, {support: 9-17, queries: 0-8}]",
        ];
        using var folder = new TempFolder();
        string expected = SmallJob.Figures(await Reference.TrainAsync(folder["mixtures"], settings));
        expected.ShouldContain("\"failed_gradient_checks\":0");
        foreach (int workers in new[] { 1, 2 })
        {
            await using Cluster cluster = await Cluster.StartAsync(workers);
            Job job = await cluster.Watch(await cluster.SubmitAsync(settings)).EndAsync();
            job.State.ShouldBe(JobState.Succeeded, job.Reason);
            SmallJob.Figures(await MetricsAsync(cluster, job)).ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Train_GradientsInBfloat16OnOneAndTwoWorkers_GivesTheBitsOfOneProcessAndOthersThanFloat32()
    {
        string[] settings = ["training.gradient_format=bfloat16"];
        using var folder = new TempFolder();
        string expected = SmallJob.Figures(await Reference.TrainAsync(folder["rounded"], settings));
        (expected == SmallJob.Figures(await reference.MetricsAsync())).ShouldBeFalse("rounding changes bits");
        foreach (int workers in new[] { 1, 2 })
        {
            await using Cluster cluster = await Cluster.StartAsync(workers);
            Job job = await cluster.Watch(await cluster.SubmitAsync(settings)).EndAsync();
            job.State.ShouldBe(JobState.Succeeded, job.Reason);
            SmallJob.Figures(await MetricsAsync(cluster, job)).ShouldBe(expected);
        }
    }

    /// <summary>Trains the small job and compares hash and figures.</summary>
    internal static async Task AssertSameAsync(Cluster cluster, Reference reference)
    {
        Job job = await cluster.Watch(await cluster.SubmitAsync()).EndAsync();
        job.State.ShouldBe(JobState.Succeeded, job.Reason);
        job.ParametersHash.ShouldBe(await reference.HashAsync());
        SmallJob.Figures(await MetricsAsync(cluster, job)).ShouldBe(SmallJob.Figures(await reference.MetricsAsync()));
    }

    /// <summary>Downloads the newest job's parameters, has them evaluated by <c>s2m eval</c>, uploaded and where they lie, and compares the figures.</summary>
    private static async Task AssertEvaluatesAsync(Cluster cluster, Reference reference)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Job trained = await cluster.Client.Jobs.ListAsync(cancellationToken: cancellationToken).FirstAsync(cancellationToken);
        string parameters = cluster["parameters.safetensors"];
        await cluster.Client.Jobs.DownloadAsync(trained.JobId, "parameters.safetensors", parameters, cancellationToken: cancellationToken);
        string file = cluster["job.yaml"];
        await File.WriteAllTextAsync(file, SmallJob.File, cancellationToken);

        foreach (string[] what in (string[][])[["--parameters", parameters, "--job", file, .. SmallJob.Options], [trained.JobId]])
        {
            Finished evaluation = await cluster.RunCommandAsync(["eval", .. what]);
            evaluation.ExitCode.ShouldBe(0, evaluation.Errors);
            Job evaluated = await cluster.Client.Jobs.ListAsync(cancellationToken: cancellationToken).FirstAsync(cancellationToken);
            evaluated.Mode.ShouldBe(JobMode.Evaluate);
            evaluated.StartFrom.ShouldNotBeEmpty();
            SmallJob.Results(await MetricsAsync(cluster, evaluated)).ShouldBe(SmallJob.Results(await reference.MetricsAsync()));
        }
    }

    /// <summary>The coordinator knows no networks: libtorch is in the workers alone.</summary>
    private static void AssertNoTensorsIn(ProgramProcess coordinator)
    {
        string[] maps = File.ReadAllLines($"/proc/{coordinator.Id}/maps");
        maps.ShouldContain(line => line.Contains("S2M.Coordinator.dll", StringComparison.Ordinal));
        maps.ShouldNotContain(line => line.Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<string> MetricsAsync(Cluster cluster, Job job)
        => Encoding.UTF8.GetString(await cluster.Client.Jobs.ReadFileAsync(job.JobId, "metrics.json", cancellationToken: TestContext.Current.CancellationToken));
}
