using System.Data.Common;
using Dapper;

namespace S2M.Coordinator.Storage;

/// <summary>What a repository's method sees of a database: statements on one connection, in one transaction where it writes.</summary>
/// <param name="connection">An open connection.</param>
/// <param name="transaction">The transaction; null where nothing is written.</param>
/// <param name="rowLock">Behind a SELECT, holds its rows until the transaction ends.</param>
/// <param name="cancellationToken">Gives up.</param>
internal sealed class DatabaseSession(DbConnection connection, DbTransaction? transaction, string rowLock, CancellationToken cancellationToken)
{
    /// <summary>
    /// Goes behind a SELECT whose rows must stay as they are until the transaction ends: <c>FOR UPDATE</c>, or nothing where a database has one writer at a
    /// time anyway.
    /// </summary>
    internal string RowLock { get; } = rowLock;

    /// <summary>Runs a statement; with a list of parameters, once for each.</summary>
    /// <returns>How many rows it changed.</returns>
    internal Task<int> ExecuteAsync(string sql, object parameters) => connection.ExecuteAsync(Describe(sql, parameters));

    /// <summary>The one row of a query, or the type's default where there is none.</summary>
    internal Task<T?> FindAsync<T>(string sql, object parameters) => connection.QuerySingleOrDefaultAsync<T>(Describe(sql, parameters));

    /// <summary>All rows of a query, in order.</summary>
    internal async Task<IReadOnlyList<T>> ListAsync<T>(string sql, object parameters) => [.. await connection.QueryAsync<T>(Describe(sql, parameters))];

    private CommandDefinition Describe(string sql, object parameters) => new(sql, parameters, transaction, cancellationToken: cancellationToken);
}
