using System.Diagnostics;
using Grpc.Core;

namespace S2M.Client.Connections;

/// <summary>A server stream that is opened again, where its reader is, after each cut. One reader at a time.</summary>
/// <typeparam name="T">Its messages.</typeparam>
/// <param name="connection">To the server.</param>
/// <param name="span">The operation's span; null where nobody listens.</param>
/// <param name="open">Opens the stream where the reader is.</param>
/// <param name="patient">
/// Whether to go on for as long as it takes once something arrived; if not, and before anything did, as many failures in a row as the options' attempts end it.
/// </param>
/// <param name="onReconnecting">Is told of each cut; null for nobody.</param>
internal sealed class ResumableStream<T>(
    Connection connection, Activity? span, Func<AsyncServerStreamingCall<T>> open, bool patient, Action<Reconnection>? onReconnecting) : IDisposable
    where T : class
{
    private readonly Backoff _backoff = new(connection.Options);
    private AsyncServerStreamingCall<T>? _call;
    private bool _arrived;

    /// <summary>The message that <see cref="StreamStep.Received"/> spoke of.</summary>
    internal T Current => _call!.ResponseStream.Current;

    /// <summary>Waits for the next message, the end, or a cut.</summary>
    /// <exception cref="S2MException">The server refused, or the patience is at its end.</exception>
    internal async Task<StreamStep> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_call is null)
            {
                // An iterator does not keep the current span from one step to the next.
                Activity.Current = span ?? Activity.Current;
                _call = open();
            }

            if (await _call.ResponseStream.MoveNext(cancellationToken))
            {
                return StreamStep.Received;
            }

            Close();
            return StreamStep.Completed;
        }
        catch (RpcException problem)
        {
            Close();
            if (cancellationToken.IsCancellationRequested || !Failures.IsCut(problem) || IsOver())
            {
                throw connection.Fail(span, problem, cancellationToken);
            }

            await connection.PauseAsync(_backoff, Failures.Cause(problem), onReconnecting, cancellationToken);
            return StreamStep.Cut;
        }
    }

    /// <summary>What arrived brought the reader on: failures are counted anew.</summary>
    internal void Progressed()
    {
        _arrived = true;
        _backoff.Succeeded();
    }

    /// <summary>The stream ended in order although it should not have: waits, as after a cut.</summary>
    /// <param name="cause">What was expected.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">The patience is at its end.</exception>
    internal async Task EndedEarlyAsync(string cause, CancellationToken cancellationToken)
    {
        Close();
        if (IsOver())
        {
            throw connection.Fail(span, new RpcException(new Status(StatusCode.Unavailable, cause)), cancellationToken);
        }

        await connection.PauseAsync(_backoff, cause, onReconnecting, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private bool IsOver() => !(patient && _arrived) && _backoff.Failures >= connection.Options.Attempts - 1;

    private void Close()
    {
        _call?.Dispose();
        _call = null;
    }
}
