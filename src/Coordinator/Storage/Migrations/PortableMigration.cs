using FluentMigrator;

namespace S2M.Coordinator.Storage.Migrations;

/// <summary>
/// A migration whose SQL is the same for SQLite and PostgreSQL. There is no way back: a database goes forward with the program, and back with a backup.
/// </summary>
public abstract class PortableMigration : ForwardOnlyMigration
{
    /// <summary>The statements, each ended by a semicolon.</summary>
    protected abstract string Statements { get; }

    /// <inheritdoc/>
    public override void Up()
    {
        IfDatabase(ProcessorIdConstants.SQLite).Execute.Sql(Statements);

        // SQLite compares texts by their bytes; PostgreSQL is told to, so that lists have one order everywhere.
        IfDatabase(ProcessorIdConstants.PostgreSQL).Execute.Sql(Statements.Replace(" TEXT", " TEXT COLLATE \"C\"", StringComparison.Ordinal));
    }
}
