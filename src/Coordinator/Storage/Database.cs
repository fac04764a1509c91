using System.Data.Common;
using FluentMigrator.Runner;

namespace S2M.Coordinator.Storage;

/// <summary>
/// A database of ours. A read is one statement or several on one connection; a write is one transaction. Either takes at most the command timeout, and what
/// goes wrong leaves as a <see cref="StorageException"/>.
/// </summary>
internal abstract class Database(TimeSpan timeout) : IDisposable
{
    /// <summary>The longest that a read or write may take.</summary>
    protected TimeSpan Timeout { get; } = timeout;

    /// <summary>What errors call it: without a password.</summary>
    internal abstract string Name { get; }

    /// <summary>Reads.</summary>
    /// <param name="failure">What is said where it fails: <c>job 'a' could not be read</c>.</param>
    /// <param name="read">The statements.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal Task<T> ReadAsync<T>(string failure, Func<DatabaseSession, Task<T>> read, CancellationToken cancellationToken)
        => LimitAsync(failure, limit => RunAsync(isWrite: false, read, limit), cancellationToken);

    /// <summary>Writes in one transaction, which is rolled back where the statements throw.</summary>
    /// <param name="failure">What is said where it fails: <c>job 'a' could not be stored</c>.</param>
    /// <param name="write">The statements.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal Task<T> WriteAsync<T>(string failure, Func<DatabaseSession, Task<T>> write, CancellationToken cancellationToken)
        => LimitAsync(failure, limit => RunAsync(isWrite: true, write, limit), cancellationToken);

    /// <summary>What an error of the database means to whoever runs it.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="problem">What was thrown.</param>
    internal StorageException Translate(string failure, Exception problem)
    {
        (string reason, bool isTransient) = problem is OperationCanceledException
            ? ($"it did not answer within {Timeout.TotalSeconds:0.###} s (Storage:CommandTimeout). Try again; if it stays so, see what holds or slows the database", true)
            : Explain(problem);
        return new StorageException($"{failure}. {Name}: {reason}.", isTransient, problem);
    }

    /// <summary>Tells the migration library which database this is and how to open it.</summary>
    internal abstract IMigrationRunnerBuilder Target(IMigrationRunnerBuilder runner);

    /// <summary>Waits until no other process migrates this database, and keeps others waiting until it is disposed.</summary>
    internal abstract IDisposable? AwaitMigrationTurn();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Opens a connection and runs the statements on it.</summary>
    /// <param name="isWrite">Whether they are one transaction.</param>
    /// <param name="work">The statements.</param>
    /// <param name="cancellationToken">Is cancelled by the caller, or when the time is over.</param>
    protected abstract Task<T> RunAsync<T>(bool isWrite, Func<DatabaseSession, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Why, and what to do; and whether the same can succeed later.</summary>
    protected abstract (string Reason, bool IsTransient) Explain(Exception problem);

    private async Task<T> LimitAsync<T>(string failure, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            return await work(limit.Token);
        }
        catch (Exception problem) when (problem is DbException or OperationCanceledException or TimeoutException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(failure, problem);
        }
    }
}
