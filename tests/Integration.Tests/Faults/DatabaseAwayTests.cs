using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using S2M.Coordinator.Tests.Storage;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests.Faults;

/// <summary>
/// The database is away in the middle of a job, for longer than every time limit that reads or writes it: 5 s for a command, 15 s for the signs of life of a
/// silo. And for a minute.
/// </summary>
public sealed class DatabaseAwayTests(Reference reference, PostgreSqlServer server)
{
    private const int CheckpointEvery = 4;
    private const string Late = "it did not answer within 5 s (Storage:CommandTimeout). Try again";

    /// <summary>A connection that lay in the pool when the server went away is told apart from one that the server refuses.</summary>
    private static readonly string[] Refused = ["Start the server, or set host and port in Storage:ConnectionString", "the connection broke. Try again"];

    private static readonly Metadata Headers = new() { { "authorization", $"Bearer {Cluster.Token}" } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Down and hung are two clusters side by side: most of the time nothing happens.</summary>
    [Theory, Proves(Fault.DatabaseDown), Proves(Fault.DatabaseHung)]
    [InlineData(1, 60)]
    [InlineData(2, 22)]
    public Task Away_InTheMiddle_LoopWaitsAtItsNextCheckpointAndCommandsSayWhy(int coordinators, int seconds)
        => Task.WhenAll(
            AssertGoesOnAsync(coordinators, seconds, static proxy => proxy.Refuse(), Refused),
            AssertGoesOnAsync(coordinators, seconds, static proxy => proxy.Hold(), [Late]));

    [Fact, Proves(Fault.DatabaseHung)]
    public async Task Start_MembershipCannotBeRead_EndsWithAnErrorThatNamesTheDatabase()
    {
        string connection = await server.CreateDatabaseAsync();
        await using Cluster cluster = await Cluster.StartAsync(0, connection);
        await using HeldLock held = await HeldLock.TakeAsync(connection, "LOCK TABLE OrleansQuery IN ACCESS EXCLUSIVE MODE");

        Finished ended = await cluster.JoiningProcess().FinishAsync();

        ended.ExitCode.ShouldBe(1, ended.Errors);
        ended.Errors.ShouldContain("error: The cluster of coordinators could not be joined. PostgreSQL database 'test_");
        ended.Errors.ShouldContain(Late);
        ended.Errors.ShouldNotContain("Unhandled exception");
    }

    private async Task AssertGoesOnAsync(int coordinators, int seconds, Action<LoopbackProxy> goAway, string[] remedies)
    {
        string connection = await server.CreateDatabaseAsync();
        await using DatabaseProxy database = DatabaseProxy.Before(connection);
        await using Cluster cluster = await Cluster.StartAsync(0, database.Connection);
        Peer[] peers = coordinators == 1 ? [cluster.First] : [cluster.First, await cluster.JoinAsync()];
        await cluster.StartWorkerAsync();
        Job job = await cluster.SubmitAsync($"training.checkpoint_every={CheckpointEvery}");
        Watcher watcher = cluster.Watch(job);
        await watcher.StepAsync(5);

        goAway(database.Proxy);
        var rows = new JobRows(connection, job.JobId);
        int published = await rows.CheckpointStepAsync();
        await BoundAsync(cluster.State, job, published + CheckpointEvery);
        TimeSpan longest = await AssertRefusedAsync(peers, job, TimeSpan.FromSeconds(seconds), remedies);
        int[] steps = StepsOnDisk(cluster.State, job);
        database.Proxy.Restore();
        Job end = await Outcome.AssertAsync(watcher, reference, rows);

        steps.Max().ShouldBe(published + CheckpointEvery, "the loop went on to its next checkpoint, and no further");
        end.Epoch.ShouldBe(1);
        watcher.Lines.ShouldContain(line => line.Level == LogLevel.Warning && line.Message.StartsWith("the database was away for ", StringComparison.Ordinal));
        await Outcome.AssertFilesAsync(cluster.State, end, rows);
        foreach (Peer peer in peers)
        {
            await peer.Process.LineAsync("looking for work works again");
            peer.Process.HasEnded.ShouldBeFalse(peer.Process.Errors);
            peer.Process.Errors.ShouldNotContain("is Dead");
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"four commands at once were answered after at most {longest.TotalSeconds:F1} s"));
    }

    /// <summary>Asks for as long as the database is to be away; every answer must say so.</summary>
    /// <returns>The longest that an answer took.</returns>
    private static async Task<TimeSpan> AssertRefusedAsync(Peer[] peers, Job job, TimeSpan outage, string[] remedies)
    {
        long began = TimeProvider.System.GetTimestamp();
        TimeSpan longest = TimeSpan.Zero;
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (TimeProvider.System.GetElapsedTime(began) < outage)
        {
            await beat.WaitForNextTickAsync(Cancellation);
            foreach (Peer peer in peers)
            {
                long asked = TimeProvider.System.GetTimestamp();
                RpcException[] refusals = await Hang.Guard(AskAsync(peer, job));
                TimeSpan took = TimeProvider.System.GetElapsedTime(asked);
                longest = took > longest ? took : longest;
                foreach (RpcException refusal in refusals)
                {
                    refusal.StatusCode.ShouldBe(StatusCode.Unavailable, refusal.Status.Detail);
                    refusal.Status.Detail.ShouldContain("PostgreSQL database 'test_");
                    remedies.ShouldContain(remedy => refusal.Status.Detail.Contains(remedy, StringComparison.Ordinal), refusal.Status.Detail);
                }
            }
        }

        return longest;
    }

    private static async Task<RpcException[]> AskAsync(Peer peer, Job job)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(peer.Address);
        var jobs = new JobService.JobServiceClient(channel);
        var options = new CallOptions(Headers, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1), Cancellation);
        return await Task.WhenAll(
            RefusalAsync(() => jobs.ListJobsAsync(new ListJobsRequest(), options).ResponseAsync),
            RefusalAsync(() => jobs.GetJobAsync(new GetJobRequest { JobId = job.JobId }, options).ResponseAsync),
            RefusalAsync(() => jobs.CancelJobAsync(new CancelJobRequest { JobId = job.JobId, RequestId = "6f9619ff-8b86-4d01-b42d-00cf4fc964f0" }, options).ResponseAsync),
            RefusalAsync(() => jobs.SubmitJobAsync(new SubmitJobRequest { JobFile = SmallJob.File, RequestId = "6f9619ff-8b86-4d01-b42d-00cf4fc964f1" }, options).ResponseAsync));
    }

    private static async Task<RpcException> RefusalAsync(Func<Task> call) => await Should.ThrowAsync<RpcException>(call);

    private static async Task BoundAsync(string state, Job job, int step)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        await Hang.Guard(Task.Run(
            async () =>
            {
                while (!StepsOnDisk(state, job).Contains(step))
                {
                    await beat.WaitForNextTickAsync(Cancellation);
                }
            },
            Cancellation));
    }

    private static int[] StepsOnDisk(string state, Job job)
        => [.. Outcome.Checkpoints(state, job).Select(path => int.Parse(path.Split('-')[^1], CultureInfo.InvariantCulture))];
}
