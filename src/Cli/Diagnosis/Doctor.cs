using System.Globalization;
using System.Reflection;
using Grpc.Core;
using S2M.Cli.Output;
using S2M.Client;
using S2M.Protos.V1;

namespace S2M.Cli.Diagnosis;

/// <summary>Looks at everything that a job needs, from here to the workers.</summary>
/// <param name="client">The server.</param>
/// <param name="folder">The current folder, where downloads go.</param>
internal sealed class Doctor(S2MClient client, string folder)
{
    private const long LeastFreeBytes = 1L << 30;
    private static readonly TimeSpan LargestClockDifference = TimeSpan.FromMinutes(1);

    /// <summary>Looks, one thing after the other; what depends on something that failed is left out.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    internal async IAsyncEnumerable<Finding> ExamineAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ServerCondition? condition = null;
        yield return await LookAsync("server", async () =>
        {
            condition = await client.Server.CheckAsync(cancellationToken);
            return new Finding("server", true, $"{client.Options.Address.GetLeftPart(UriPartial.Authority)} answers");
        });
        if (condition is not null)
        {
            yield return new Finding("health", condition.IsServing, condition.IsServing ? "serving" : $"{condition.Health}; look at the server's log");
            yield return OnVersion(condition.Version);
            yield return OnClock(condition.ClockDifference);
            IReadOnlyList<Worker>? workers = null;
            yield return await LookAsync("token", async () =>
            {
                workers = await client.Workers.ListAsync(cancellationToken: cancellationToken);
                return new Finding("token", true, client.Options.Token.Length > 0 ? "accepted" : "none is needed");
            });
            if (workers is not null)
            {
                yield return OnWorkers(workers);
                foreach (IGrouping<string, Worker> contract in workers.GroupBy(worker => worker.NumericContract, StringComparer.Ordinal))
                {
                    yield return new Finding("contract", true, $"{contract.Key}: {string.Join(", ", contract.Select(worker => worker.WorkerId))}");
                }

                yield return await LookAsync("data sets", async () =>
                {
                    IReadOnlyList<DataSet> sets = await client.DataSets.ListAsync(cancellationToken: cancellationToken);
                    return sets.Count > 0
                        ? new Finding("data sets", true, string.Join(", ", sets.Select(set => set.Name).Distinct(StringComparer.Ordinal)))
                        : new Finding("data sets", false, "none; add one: s2m data add NAME PATH");
                });
            }
        }

        yield return OnDisk();
    }

    private static async Task<Finding> LookAsync(string name, Func<Task<Finding>> look)
    {
        try
        {
            return await look();
        }
        catch (S2MException problem)
        {
            return new Finding(name, false, problem.Status == StatusCode.Unauthenticated ? $"{problem.Message} with --token-file FILE or S2M_TOKEN" : problem.Message);
        }
    }

    private static Finding OnVersion(string? server)
    {
        string own = typeof(Doctor).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        string? other = server?.Split('+')[0];
        return other is null || other == own
            ? new Finding("version", true, $"client {own}, server {other ?? "does not say"}")
            : new Finding("version", false, $"client {own}, server {other}; use the same version on both sides");
    }

    private static Finding OnClock(TimeSpan? difference) => difference switch
    {
        null => new Finding("clock", true, "the server does not say"),
        { } span when span.Duration() <= LargestClockDifference => new Finding("clock", true, "agrees with the server's"),
        { } span => new Finding("clock", false, string.Create(
            CultureInfo.InvariantCulture,
            $"the server's is {span.Duration().TotalSeconds:F0} s {(span > TimeSpan.Zero ? "ahead" : "behind")}; schedules go by it: set both by a time server")),
    };

    private static Finding OnWorkers(IReadOnlyList<Worker> workers)
    {
        int ready = workers.Count(worker => worker.State == WorkerState.Ready);
        return ready > 0
            ? new Finding("workers", true, $"{ready} of {workers.Count} ready")
            : new Finding("workers", false, $"0 of {workers.Count} ready; start a worker with this server's address, or uncordon one: s2m worker uncordon WORKER");
    }

    private Finding OnDisk()
    {
        long free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        return free >= LeastFreeBytes
            ? new Finding("disk", true, $"{Times.Bytes(free)} free here")
            : new Finding("disk", false, $"{Times.Bytes(free)} free here, expected {Times.Bytes(LeastFreeBytes)} for checkpoints and data; make room");
    }
}
