using System.Globalization;
using System.Net.Sockets;
using Dapper;
using FluentMigrator.Runner;
using Npgsql;

namespace S2M.Coordinator.Storage;

/// <summary>A PostgreSQL database, for any number of coordinators.</summary>
internal sealed class PostgreSqlDatabase : Database
{
    // As the driver has it: a number of milliseconds that asks for nothing.
    private const int CancelAtOnce = -1;

    private const string IdleInTransactionTimeout = "25P03";

    // Any number that other programs on the server are unlikely to lock: "s2m" and a version in ASCII.
    private const long MigrationLock = 0x73326D_0001;

    // The limit that is met first is ours: it says why.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _source;

    // A migration's transactions, and the one that holds the lock, may take longer than any other.
    private readonly string _migrations;

    /// <summary>Names the database; nothing is connected yet.</summary>
    /// <param name="connectionString">How to reach it. Its timeouts are replaced by ours.</param>
    /// <param name="timeout">The longest that a read or write may take.</param>
    /// <exception cref="CoordinatorException">The text is no connection string.</exception>
    internal PostgreSqlDatabase(string connectionString, TimeSpan timeout)
        : base(timeout)
    {
        NpgsqlConnectionStringBuilder settings = Parse(connectionString);
        settings.ApplicationName ??= "s2m-coordinator";
        settings.Timeout = (int)Math.Ceiling(timeout.TotalSeconds);

        // The driver's own limit comes after ours, since it keeps its thread while it asks the server to cancel; and then it does not wait for what that brings.
        settings.CommandTimeout = (int)Math.Ceiling((timeout + Grace).TotalSeconds);
        settings.CancellationTimeout = CancelAtOnce;
        _migrations = settings.ConnectionString;

        // So the server ends by itself what nobody waits for any more. And what a coordinator that hangs, or is cut off between two statements, would keep locked.
        string statement = string.Create(CultureInfo.InvariantCulture, $"-c statement_timeout={(timeout + Grace).TotalMilliseconds:0}");
        string transaction = string.Create(CultureInfo.InvariantCulture, $"-c idle_in_transaction_session_timeout={timeout.TotalMilliseconds:0}");
        settings.Options = $"{statement} {transaction} {settings.Options}".TrimEnd();
        ConnectionString = settings.ConnectionString;
        Name = $"PostgreSQL database '{settings.Database ?? settings.Username}' at {settings.Host}:{settings.Port}";
        _source = new NpgsqlDataSourceBuilder(ConnectionString).Build();
    }

    /// <summary>How to reach it, with our timeouts.</summary>
    internal string ConnectionString { get; }

    /// <inheritdoc/>
    internal override string Name { get; }

    private string Late => $"it did not answer within {Timeout.TotalSeconds:0.###} s (Storage:CommandTimeout). Try again; if it stays so, see what holds or slows the server";

    /// <inheritdoc/>
    internal override IMigrationRunnerBuilder Target(IMigrationRunnerBuilder runner) => runner.AddPostgres().WithGlobalConnectionString(_migrations);

    /// <inheritdoc/>
    internal override IDisposable? AwaitMigrationTurn()
    {
        var connection = new NpgsqlConnection(_migrations);
        try
        {
            connection.Open();

            // Held by the transaction, which nobody commits: closing the connection, or the end of this process, gives it back.
            connection.Execute("BEGIN; SELECT pg_advisory_xact_lock(@MigrationLock)", new { MigrationLock }, commandTimeout: (int)Migrator.Timeout.TotalSeconds);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _source.Dispose();

    /// <inheritdoc/>
    protected override async Task<T> RunAsync<T>(bool isWrite, Func<DatabaseSession, Task<T>> work, CancellationToken cancellationToken)
    {
        // Not linked: the driver answers a cancellation by asking the server, on the thread that cancels and for several times our limit where the server hangs.
        var giveUp = new CancellationTokenSource();
        Task<T> running = RunToEndAsync(isWrite, work, giveUp.Token);
        try
        {
            return await running.WaitAsync(cancellationToken);
        }
        finally
        {
            if (running.IsCompleted)
            {
                giveUp.Dispose();
            }
            else
            {
                Abandon(running, giveUp);
            }
        }
    }

    /// <inheritdoc/>
    protected override (string Reason, bool IsTransient) Explain(Exception problem) => problem switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => ("the server's disk is full. Free space; what was written before is kept", true),
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => ("the server has no connection left. Raise max_connections or set 'Maximum Pool Size'", true),
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } refused
            => ($"the server refused the user ({refused.MessageText}). Set user and password in Storage:ConnectionString", false),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => ("there is no such database. Create it, or name another in Storage:ConnectionString", false),
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => (Late, true),
        PostgresException { SqlState: IdleInTransactionTimeout }
            => ("it ended a transaction that stood still, since this process did. Try again; if it stays so, see what stops the process", true),
        PostgresException { IsTransient: true } passing => ($"{passing.MessageText} ({passing.SqlState}). Try again", true),
        PostgresException refused => ($"{refused.MessageText} ({refused.SqlState})", false),
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => (Late, true),
        NpgsqlException { InnerException: SocketException unreachable }
            => ($"it cannot be reached ({unreachable.Message}). Start the server, or set host and port in Storage:ConnectionString", true),
        NpgsqlException { InnerException: IOException } => ("the connection broke. Try again; if it stays so, look at the server's log", true),
        NpgsqlException other => (other.Message.TrimEnd('.'), other.IsTransient),
        _ => (problem.Message.TrimEnd('.'), false),
    };

    private async Task<T> RunToEndAsync<T>(bool isWrite, Func<DatabaseSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken);
        if (!isWrite)
        {
            return await work(new DatabaseSession(connection, transaction: null, rowLock: string.Empty, cancellationToken));
        }

        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        T result = await work(new DatabaseSession(connection, transaction, rowLock: "FOR UPDATE", cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>Gives up what nobody waits for any more, on a thread of its own: it may be kept for long, and those of the pool answer calls.</summary>
    private static void Abandon(Task running, CancellationTokenSource giveUp)
    {
        Task cancelling = Task.Factory.StartNew(giveUp.Cancel, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _ = Task.WhenAll(cancelling, running).ContinueWith(
            both =>
            {
                // Looked at, so that nobody reports it: whoever gave up has said why.
                _ = both.Exception;
                giveUp.Dispose();
            },
            TaskScheduler.Default);
    }

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception problem) when (problem is ArgumentException or FormatException)
        {
            // The text may hold a password: it is not repeated.
            throw new CoordinatorException(
                "Storage:ConnectionString: expected 'Host=...;Database=...;Username=...;Password=...', got a text of another form (not shown: it may hold a password).", problem);
        }
    }
}
