using System.Diagnostics;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using S2M.Protos.V1;
using S2M.Transport;
using S2M.Worker.Diagnostics;

namespace S2M.Worker.Services;

/// <summary>The worker's service: checks a share at the door, has it computed, streams the answer.</summary>
/// <param name="identity">Which start of which worker this is.</param>
/// <param name="gate">Lets shares in.</param>
/// <param name="epochs">Refuses loops that have lost their job.</param>
/// <param name="computer">Computes.</param>
/// <param name="offers">Large arrays of answers.</param>
/// <param name="instruments">Counts.</param>
/// <param name="log">Is told of shares that were cancelled or failed.</param>
internal sealed partial class ComputeService(
    WorkerIdentity identity, ShareGate gate, EpochGuard epochs, ShareComputer computer, ArrayOffers offers, WorkerInstruments instruments, ILogger<ComputeService> log)
    : WorkerService.WorkerServiceBase
{
    /// <inheritdoc/>
    public override async Task ComputeShare(ComputeShareRequest request, IServerStreamWriter<ComputeShareResponse> responseStream, ServerCallContext context)
    {
        CancellationToken cancellationToken = context.CancellationToken;
        string kind = request.WorkCase.ToString();
        using Activity? activity = WorkerActivities.Source.StartActivity($"share {kind}");
        activity?.SetTag("job", request.JobId).SetTag("epoch", request.Epoch).SetTag("step", request.Step).SetTag("share", request.Share).SetTag("node", identity.Name);
        int done = 0;
        try
        {
            Admit(request);
            using ShareGate.Turn turn = gate.Enter();
            ShareAnswer answer = await computer.ComputeAsync(request, items => done = items, cancellationToken);
            activity?.SetTag("items", answer.Items);
            await AnswerWriter.WriteAsync(answer, responseStream, offers, request.TicketBytes, cancellationToken);
            instruments.Done(kind, answer.Items, answer.Compute, answer.Bytes);
        }
#pragma warning disable CA1031 // The door out: every problem becomes a status, and the process goes on.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            activity?.SetStatus(ActivityStatusCode.Error, problem.Message);
            throw cancellationToken.IsCancellationRequested ? Cancelled(request, kind, done) : StatusOf(problem, request, kind);
        }
    }

    /// <summary>Whatever else went wrong, nobody waits for it.</summary>
    private RpcException Cancelled(ComputeShareRequest request, string kind, int done)
    {
        instruments.NotDone(kind, "cancelled");
        LogCancelled(request.JobId, request.Step, request.Share, done);
        return new RpcException(new Status(StatusCode.Cancelled, "the caller cancelled the share"));
    }

    private RpcException StatusOf(Exception problem, ComputeShareRequest request, string kind)
    {
        (RpcException error, bool unexpected) = ShareErrors.Translate(problem);
        instruments.NotDone(kind, unexpected ? "failed" : "refused");
        if (unexpected)
        {
            LogUnexpected(problem, request.JobId, request.Step, request.Share);
        }
        else
        {
            LogRefused(request.JobId, request.Step, request.Share, error.Status.Detail);
        }

        return error;
    }

    private void Admit(ComputeShareRequest request)
    {
        ShareChecks.Require(request);
        if (request.Incarnation != identity.Incarnation)
        {
            throw ShareErrors.Refuse(
                StatusCode.FailedPrecondition, "WRONG_INCARNATION", $"incarnation: expected {identity.Incarnation}, got '{request.Incarnation}'; this worker was started again");
        }

        epochs.Require(request.JobId, request.Epoch);
    }
}
