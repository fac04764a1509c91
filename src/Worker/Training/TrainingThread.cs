using System.Collections.Concurrent;

namespace S2M.Worker.Training;

/// <summary>
/// The one thread that touches a device's tensors: dispose scopes and gradient modes belong to a thread, so tensor work
/// is queued here and only bytes and records cross back.
/// </summary>
public sealed class TrainingThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Its name, for debuggers and traces.</param>
    public TrainingThread(string name)
    {
        _thread = new Thread(Work) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Queues work behind what is queued already.</summary>
    /// <typeparam name="T">What the work gives.</typeparam>
    /// <param name="work">Runs on the thread.</param>
    /// <param name="cancellationToken">Work that has not begun is not begun.</param>
    /// <returns>Completes with the work's result, or its exception.</returns>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(
            () =>
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    completion.SetCanceled(cancellationToken);
                    return;
                }

                try
                {
                    completion.SetResult(work());
                }
                catch (OperationCanceledException stop) when (stop.CancellationToken == cancellationToken)
                {
                    completion.SetCanceled(cancellationToken);
                }
#pragma warning disable CA1031 // Whatever the work throws belongs to its caller; the thread goes on.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    completion.SetException(error);
                }
            },
            CancellationToken.None);
        return completion.Task;
    }

    /// <summary>Ends the thread after the work that is queued.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Work()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
