using System.Net;
using S2M.Coordinator.Tests.Storage;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests.Faults;

/// <summary>Connections between coordinator and worker that are cut, or lose messages, in the middle of a stream.</summary>
public sealed class StreamCutTests(Reference reference, PostgreSqlServer server)
{
    // Less than one gradient or one version of the parameters.
    private const long PartOfAnArray = 100_000;
    private const int Cuts = 3;

    // From so many bytes on an array travels over a connection of its own: the default, which none of the small job's reaches, and one that all of them do.
    private const string WithinCalls = "8388608";
    private const string BesideCalls = "1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, Proves(Fault.StreamCut)]
    [InlineData(WithinCalls)]
    [InlineData(BesideCalls)]
    public async Task Cut_WhileAWorkerAnswers_ShareIsLeasedAgainAndCountedOnce(string ticketBytes)
    {
        string connection = await server.CreateDatabaseAsync();
        await using LoopbackProxy toWorker = LoopbackProxy.Start();
        await using Cluster cluster = await Cluster.StartAsync(0, connection, Arrays(ticketBytes));
        await StartBehindAsync(cluster, toWorker);
        Job job = await cluster.SubmitAsync();
        Watcher watcher = cluster.Watch(job);
        await watcher.StepAsync(2);

        for (int cut = 0; cut < Cuts; cut++)
        {
            await Hang.Guard(ticketBytes == BesideCalls ? toWorker.CutArrayAfter(Flow.ToCaller, PartOfAnArray) : toWorker.CutAfter(Flow.ToCaller, PartOfAnArray));
        }

        await watcher.LineAsync("share of worker worker-1 was lost and is leased again");
        (await Outcome.AssertAsync(watcher, reference, new JobRows(connection, job.JobId))).Epoch.ShouldBe(1);
    }

    [Theory, Proves(Fault.StreamCut)]
    [InlineData(WithinCalls)]
    [InlineData(BesideCalls)]
    public async Task Cut_WhileAWorkerFetchesParameters_TheyAreFetchedAgain(string ticketBytes)
    {
        string connection = await server.CreateDatabaseAsync();
        await using LoopbackProxy toCoordinator = LoopbackProxy.Start();
        await using Cluster cluster = await Cluster.StartAsync(0, connection, Arrays(ticketBytes), before: toCoordinator);
        await cluster.StartWorkerAsync();
        Job job = await cluster.SubmitAsync();
        Watcher watcher = cluster.Watch(job);
        await watcher.StepAsync(2);

        for (int cut = 0; cut < Cuts; cut++)
        {
            await Hang.Guard(ticketBytes == BesideCalls ? toCoordinator.CutArrayAfter(Flow.ToCaller, PartOfAnArray) : toCoordinator.CutAfter(Flow.ToCaller, PartOfAnArray));
        }

        (await Outcome.AssertAsync(watcher, reference, new JobRows(connection, job.JobId))).Epoch.ShouldBe(1);
    }

    [Fact, Proves(Fault.StreamCut)]
    public async Task Lose_WhatAWorkerAnswers_OtherWorkerComputesIt()
    {
        string connection = await server.CreateDatabaseAsync();
        await using LoopbackProxy toWorker = LoopbackProxy.Start();
        await using Cluster cluster = await Cluster.StartAsync(0, connection);
        await StartBehindAsync(cluster, toWorker);
        await cluster.StartWorkerAsync();
        Job job = await cluster.SubmitAsync();
        Watcher watcher = cluster.Watch(job);
        await watcher.StepAsync(2);

        // Calls reach the worker and nothing comes back, not even the answer to a ping: until its connection is given up.
        toWorker.Swallow(Flow.ToCaller);
        await watcher.LineAsync("share of worker worker-1 was lost and is leased again");
        toWorker.Restore();

        (await Outcome.AssertAsync(watcher, reference, new JobRows(connection, job.JobId))).Epoch.ShouldBe(1);
    }

    [Fact, Proves(Fault.WorkerHung)]
    public async Task Stop_Worker_AnotherComputesItsShareAndItComesBack()
    {
        string connection = await server.CreateDatabaseAsync();
        await using Cluster cluster = await Cluster.StartAsync(2, connection);
        Job job = await cluster.SubmitAsync();
        Watcher watcher = cluster.Watch(job);
        await watcher.StepAsync(2);

        cluster.Workers[0].Signal(ProgramProcess.Stop);
        await cluster.WorkerAsync("worker-1", worker => worker.State == WorkerState.Gone && worker.Reason.StartsWith("not heard of for ", StringComparison.Ordinal));
        cluster.Workers[0].Signal(ProgramProcess.Continue);

        (await Outcome.AssertAsync(watcher, reference, new JobRows(connection, job.JobId))).Epoch.ShouldBe(1);
        await cluster.WorkerAsync("worker-1", worker => worker.State == WorkerState.Ready);
    }

    [Fact, Proves(Fault.WorkerComesAndGoes)]
    public async Task Kill_WorkerAndStartItAtTheSameAddress_ItIsTakenAndOldAnswersAreNot()
    {
        string connection = await server.CreateDatabaseAsync();
        await using Cluster cluster = await Cluster.StartAsync(1, connection);
        Uri address = await cluster.Workers[0].ListensAsync();
        Job job = await cluster.SubmitAsync();
        Watcher watcher = cluster.Watch(job);
        await watcher.StepAsync(2);

        await cluster.Workers[0].EndAsync(ProgramProcess.Kill);
        await cluster.StartWorkerAsync("worker-1", "--listen", address.Authority);

        (await Outcome.AssertAsync(watcher, reference, new JobRows(connection, job.JobId))).Epoch.ShouldBe(1);
        (await cluster.Client.Workers.ListAsync(cancellationToken: Cancellation)).ShouldHaveSingleItem().Address.ShouldBe(address.GetLeftPart(UriPartial.Authority));
    }

    private static Dictionary<string, string> Arrays(string ticketBytes) => new(StringComparer.Ordinal) { ["S2M_Dispatch__TicketBytes"] = ticketBytes };

    private static async Task StartBehindAsync(Cluster cluster, LoopbackProxy proxy)
    {
        ProgramProcess worker = await cluster.StartWorkerAsync("worker-1", "--advertise", proxy.Address.GetLeftPart(UriPartial.Authority));
        proxy.LeadTo(new IPEndPoint(IPAddress.Loopback, (await worker.ListensAsync()).Port));
    }
}
