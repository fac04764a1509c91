using Microsoft.Extensions.Logging;

namespace S2M.Worker.Services;

/// <content>What is logged.</content>
internal sealed partial class ComputeService
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Information, Message = "share {Share} of step {Step} of job {Job} was cancelled after {Done} items")]
    private partial void LogCancelled(string job, int step, int share, int done);

    [LoggerMessage(EventId = 201, Level = LogLevel.Warning, Message = "share {Share} of step {Step} of job {Job} was refused: {Problem}")]
    private partial void LogRefused(string job, int step, int share, string problem);

    [LoggerMessage(EventId = 202, Level = LogLevel.Error, Message = "share {Share} of step {Step} of job {Job} failed")]
    private partial void LogUnexpected(Exception problem, string job, int step, int share);
}
