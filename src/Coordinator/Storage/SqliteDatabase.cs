using Dapper;
using FluentMigrator.Runner;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace S2M.Coordinator.Storage;

/// <summary>
/// One file in the state folder, for one coordinator: held by a <see cref="StateLock"/> from the first moment to the last. Readers see the last committed
/// state and never wait; writers go one after the other; a commit is on the disk when it returns.
/// </summary>
internal sealed class SqliteDatabase : Database
{
    private readonly StateLock _lock;
    private readonly SemaphoreSlim _writer = new(1);

    /// <summary>Takes hold of the folder; the file is made by the first migration.</summary>
    /// <param name="folder">The state folder; it is made where it is missing.</param>
    /// <param name="timeout">The longest that a read or write may take.</param>
    /// <exception cref="CoordinatorException">Another coordinator holds the folder, or it cannot be written.</exception>
    internal SqliteDatabase(string folder, TimeSpan timeout)
        : base(timeout)
    {
        _lock = StateLock.Take(folder);
        Path = System.IO.Path.Combine(System.IO.Path.GetFullPath(folder), "s2m.db");
        ConnectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            ForeignKeys = true,
            DefaultTimeout = (int)Math.Ceiling(timeout.TotalSeconds),
        }.ConnectionString;
    }

    /// <summary>Where the file is.</summary>
    internal string Path { get; }

    /// <summary>How to open it.</summary>
    internal string ConnectionString { get; }

    /// <inheritdoc/>
    internal override string Name => $"Database '{Path}'";

    /// <inheritdoc/>
    internal override IMigrationRunnerBuilder Target(IMigrationRunnerBuilder runner) => runner.AddSQLite().WithGlobalConnectionString(ConnectionString);

    /// <summary>The state lock keeps every other process away already.</summary>
    /// <inheritdoc/>
    internal override IDisposable? AwaitMigrationTurn() => null;

    /// <inheritdoc/>
    public override void Dispose()
    {
        using (var any = new SqliteConnection(ConnectionString))
        {
            SqliteConnection.ClearPool(any);
        }

        _writer.Dispose();
        _lock.Dispose();
    }

    /// <summary>SQLite has no asynchronous calls: the work has a thread of the pool, so that a slow disk holds no caller's scheduler.</summary>
    /// <inheritdoc/>
    protected override Task<T> RunAsync<T>(bool isWrite, Func<DatabaseSession, Task<T>> work, CancellationToken cancellationToken)
        => Task.Run(() => isWrite ? WriteInTurnAsync(work, cancellationToken) : ReadNowAsync(work, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    protected override (string Reason, bool IsTransient) Explain(Exception problem) => (problem as SqliteException)?.SqliteErrorCode switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => ("another program holds the file for writing. End it, then try again", true),
        raw.SQLITE_FULL => ("its disk is full. Free space; what was written before is kept", true),
        raw.SQLITE_IOERR => ($"its disk failed ({problem.Message}). Look at the disk and the system's log", true),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => ($"the file is damaged ({problem.Message}). Put a copy of it in its place, or start with an empty state folder", false),
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM
            => ($"the file cannot be opened for writing ({problem.Message}). Give this user the rights to it and to its folder", false),
        _ => (problem.Message.TrimEnd('.'), false),
    };

    private async Task<T> ReadNowAsync<T>(Func<DatabaseSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await using SqliteConnection connection = await OpenAsync(cancellationToken);
        return await work(new DatabaseSession(connection, transaction: null, rowLock: string.Empty, cancellationToken));
    }

    private async Task<T> WriteInTurnAsync<T>(Func<DatabaseSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await using SqliteConnection connection = await OpenAsync(cancellationToken);
            await using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
            T result = await work(new DatabaseSession(connection, transaction, rowLock: string.Empty, cancellationToken));
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        finally
        {
            _writer.Release();
        }
    }

    private async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);

            // Short waits inside SQLite notice a free file within milliseconds; the provider repeats them until its command timeout.
            await connection.ExecuteAsync("PRAGMA busy_timeout = 200; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
