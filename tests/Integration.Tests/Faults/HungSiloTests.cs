using System.Security.Cryptography;
using S2M.Coordinator.Tests.Storage;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests.Faults;

/// <summary>
/// A silo stops in the middle of a write, and goes on after another one has taken its job over: what it writes and deletes then is refused. It looks at the
/// membership so seldom here that it does not learn of its own death before.
/// </summary>
public sealed class HungSiloTests(Reference reference, PostgreSqlServer server)
{
    private static readonly Dictionary<string, string> LooksSeldom = new(StringComparer.Ordinal) { ["S2M_Membership__TableRefresh"] = "00:10:00" };

    /// <summary>Locks that stop the publication of a checkpoint after its pointer was moved, and the removal of old ones before a row is gone.</summary>
    public static TheoryData<string, string> Writes { get; } = new()
    {
        { "LOCK TABLE checkpoints IN SHARE MODE", "INSERT INTO checkpoints" },
        { "SELECT 1 FROM checkpoints FOR UPDATE", "DELETE FROM checkpoints" },
    };

    [Theory, Proves(Fault.SiloHungGoesOn)]
    [MemberData(nameof(Writes))]
    public async Task Stop_InTheMiddleOfAWrite_TakenOverAndTheWriteIsRefused(string locking, string statement)
    {
        string connection = await server.CreateDatabaseAsync();
        await using Cluster cluster = await Cluster.StartAsync(0, connection, LooksSeldom);
        (Peer First, Peer Second) peers = await cluster.AddCoordinatorAsync();
        await cluster.StartWorkerAsync();
        Job job = await cluster.SubmitAsync();

        // Step 6 is the third checkpoint: the next one is the first that lets an old one go.
        await cluster.Watch(job).StepAsync(6);
        var rows = new JobRows(connection, job.JobId);
        (Peer owner, Peer other) = await rows.OwnerAsync(peers);
        Watcher watcher = cluster.Watch(job, other);
        await using (HeldLock held = await HeldLock.TakeAsync(connection, locking))
        {
            await held.StopsAsync(statement);
            owner.Process.Signal(ProgramProcess.Stop);
        }

        // Its statement is done now, and its transaction holds the job's row, which nobody could take over if the server did not end it.
        Job end = await Outcome.AssertAsync(watcher, reference, rows);
        string before = await rows.AllAsync();
        string[] files = await FilesAsync(cluster.State, job, rows);
        owner.Process.Signal(ProgramProcess.Continue);
        await owner.Process.LineAsync($"job {job.JobId}: another silo has taken it over; what the loop here wrote since was refused");

        end.Epoch.ShouldBe(2);
        (await rows.AllAsync()).ShouldBe(before);
        (await FilesAsync(cluster.State, job, rows)).ShouldBe(files);
        await Outcome.AssertFilesAsync(cluster.State, end, rows);
    }

    [Theory, Proves(Fault.SiloHungGoesOn)]
    [MemberData(nameof(Writes))]
    public async Task Stop_OnlySiloInTheMiddleOfAWrite_WritesAgainAndGoesOnInTheSameLoop(string locking, string statement)
    {
        string connection = await server.CreateDatabaseAsync();
        await using Cluster cluster = await Cluster.StartAsync(1, connection);
        Job job = await cluster.SubmitAsync();
        Watcher watcher = cluster.Watch(job);
        await watcher.StepAsync(6);
        await using (HeldLock held = await HeldLock.TakeAsync(connection, locking))
        {
            await held.StopsAsync(statement);
            cluster.Coordinator.Signal(ProgramProcess.Stop);
        }

        // A machine that slept: the server has ended the transaction meanwhile.
        var rows = new JobRows(connection, job.JobId);
        await rows.TransactionsEndAsync();
        cluster.Coordinator.Signal(ProgramProcess.Continue);

        Job end = await Outcome.AssertAsync(watcher, reference, rows);
        end.Epoch.ShouldBe(1);
        await Outcome.AssertFilesAsync(cluster.State, end, rows);
    }

    /// <summary>Every file of the job that counts, with its contents: those of its newest loop and those that rows name. What an older loop leaves besides is no checkpoint.</summary>
    private static async Task<string[]> FilesAsync(string state, Job job, JobRows rows)
    {
        string folder = Path.Combine(state, "jobs", job.JobId);
        string[] named = await rows.CheckpointsAsync();
        return
        [
            .. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal)
                .Where(path => !path.StartsWith("000001/", StringComparison.Ordinal) || named.Contains(Path.GetDirectoryName(path), StringComparer.Ordinal))
                .Select(path => $"{path} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, path))))}"),
        ];
    }
}
