using Grpc.Core;
using Microsoft.Extensions.Logging;
using WorkerState = S2M.Protos.V1.WorkerState;

namespace S2M.Worker.Registration;

/// <content>What is logged.</content>
internal sealed partial class WorkerRegistration
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "registered as {Worker}, incarnation {Incarnation}: {State}")]
    private partial void LogRegistered(string worker, string incarnation, WorkerState state);

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message = "the coordinator does not answer and is tried until it does: {Code}: {Detail}")]
    private partial void LogAway(StatusCode code, string detail);

    [LoggerMessage(EventId = 106, Level = LogLevel.Error, Message = "the coordinator refuses this worker and is asked again until it takes it: {Code}: {Detail}")]
    private partial void LogRefused(StatusCode code, string detail);

    [LoggerMessage(EventId = 102, Level = LogLevel.Information, Message = "the coordinator is back")]
    private partial void LogBack();

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message = "the coordinator does not know this worker any more: registering again")]
    private partial void LogUnknown();

    [LoggerMessage(EventId = 104, Level = LogLevel.Information, Message = "left: {Reason}")]
    private partial void LogLeft(string reason);

    [LoggerMessage(EventId = 105, Level = LogLevel.Warning, Message = "the coordinator could not be told that the worker leaves: {Code}: {Detail}")]
    private partial void LogNotLeft(StatusCode code, string detail);
}
