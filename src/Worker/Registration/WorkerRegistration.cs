using Grpc.Core;
using Microsoft.Extensions.Logging;
using S2M.Protos.V1;

namespace S2M.Worker.Registration;

/// <summary>
/// Keeps the worker known: registers, beats, registers again where it was forgotten, and tries for ever while the coordinator is away. Each change of
/// state is logged once.
/// </summary>
/// <param name="directory">The coordinator's directory.</param>
/// <param name="self">What is registered; the data versions are filled in at every attempt.</param>
/// <param name="now">What is told at every beat: state, shares, data versions.</param>
/// <param name="drain">Called where the coordinator asks the worker to drain.</param>
/// <param name="away">Called where the coordinator does not answer: another one may.</param>
/// <param name="backoff">Pauses while the coordinator is away.</param>
/// <param name="time">Waits.</param>
/// <param name="log">Is told of changes.</param>
internal sealed partial class WorkerRegistration(
    WorkerDirectoryService.WorkerDirectoryServiceClient directory,
    RegisterWorkerRequest self,
    Func<WorkerStatus> now,
    Action drain,
    Action away,
    Backoff backoff,
    TimeProvider time,
    ILogger<WorkerRegistration> log)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestBeat = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ShortestBeat = TimeSpan.FromMilliseconds(50);

    private string? _said;

    /// <summary>Registers and beats until it is stopped.</summary>
    /// <param name="cancellationToken">Stops.</param>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan? beat = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                beat = beat is null ? await RegisterAsync(cancellationToken) : await BeatAsync(beat.Value, cancellationToken);
                await PauseAsync(beat ?? TimeSpan.Zero, cancellationToken);
            }
            catch (RpcException problem) when (!cancellationToken.IsCancellationRequested)
            {
                if (IsAway(problem.StatusCode))
                {
                    away();
                }

                Say($"{problem.StatusCode}", IsAway(problem.StatusCode)
                    ? () => LogAway(problem.StatusCode, problem.Status.Detail)
                    : () => LogRefused(problem.StatusCode, problem.Status.Detail));
                await PauseAsync(backoff.Next(), cancellationToken);
            }
            catch (Exception stop) when (stop is RpcException or OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Ends the registration; a coordinator that is away learns it from the missing beats.</summary>
    /// <param name="reason">Why.</param>
    internal async Task LeaveAsync(string reason)
    {
        try
        {
            var request = new LeaveWorkerRequest { WorkerId = self.WorkerId, Incarnation = self.Incarnation, Reason = reason };
            await directory.LeaveWorkerAsync(request, deadline: DeadlineIn(LeaveTimeout));
            LogLeft(reason);
        }
        catch (RpcException problem)
        {
            LogNotLeft(problem.StatusCode, problem.Status.Detail);
        }
    }

    private async Task<TimeSpan?> RegisterAsync(CancellationToken cancellationToken)
    {
        RegisterWorkerRequest request = self.Clone();
        request.DataVersions.Add(now().DataVersions);
        RegisterWorkerResponse answer = await directory.RegisterWorkerAsync(request, deadline: DeadlineIn(CallTimeout), cancellationToken: cancellationToken);
        backoff.Reset();
        Say("registered", () => LogRegistered(self.WorkerId, self.Incarnation, answer.State));
        return Clamp(answer.BeatSeconds);
    }

    private async Task<TimeSpan?> BeatAsync(TimeSpan beat, CancellationToken cancellationToken)
    {
        WorkerStatus status = now();
        var request = new BeatRequest
        {
            WorkerId = self.WorkerId,
            Incarnation = self.Incarnation,
            State = status.Draining ? WorkerState.Draining : WorkerState.Ready,
            Shares = status.Shares,
            DataVersions = { status.DataVersions },
        };
        BeatResponse answer = await directory.BeatAsync(request, deadline: DeadlineIn(CallTimeout), cancellationToken: cancellationToken);
        backoff.Reset();
        if (!answer.Known)
        {
            Say("unknown", LogUnknown);
            return null;
        }

        Say("registered", LogBack);
        if (answer.State == WorkerState.Draining)
        {
            drain();
        }

        return beat;
    }

    private static bool IsAway(StatusCode code) => code is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown;

    private static TimeSpan Clamp(double seconds)
        => double.IsFinite(seconds) ? TimeSpan.FromSeconds(Math.Clamp(seconds, ShortestBeat.TotalSeconds, LongestBeat.TotalSeconds)) : LongestBeat;

    private Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
        => Task.Delay(pause, time, cancellationToken).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private void Say(string state, Action say)
    {
        if (_said != state)
        {
            _said = state;
            say();
        }
    }

    private DateTime DeadlineIn(TimeSpan span) => (time.GetUtcNow() + span).UtcDateTime;
}

/// <summary>What a beat tells.</summary>
/// <param name="Draining">Whether the worker takes no more shares.</param>
/// <param name="Shares">Shares it finished.</param>
/// <param name="DataVersions">Data set versions it has at hand.</param>
internal sealed record WorkerStatus(bool Draining, long Shares, IReadOnlyList<string> DataVersions);
