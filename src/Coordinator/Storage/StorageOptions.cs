using System.ComponentModel.DataAnnotations;

namespace S2M.Coordinator.Storage;

/// <summary>Where rows are kept.</summary>
public sealed class StorageOptions
{
    /// <summary>The name of its section in the configuration.</summary>
    public const string Section = "Storage";

    /// <summary>The provider of one coordinator and one file.</summary>
    public const string Sqlite = "sqlite";

    /// <summary>The provider of any number of coordinators.</summary>
    public const string PostgreSql = "postgresql";

    /// <summary><c>sqlite</c> (default: one coordinator, one file) or <c>postgresql</c>.</summary>
    [AllowedValues(Sqlite, PostgreSql)]
    public string Provider { get; set; } = Sqlite;

    /// <summary>The connection string of PostgreSQL. SQLite's file is <c>s2m.db</c> in the state folder.</summary>
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>How long a command may take before it fails; 5 s by default, so that a caller hears of a database that hangs.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the process brings the database up to its schema when it starts; true by default. Otherwise a database of another schema is refused.</summary>
    public bool Migrate { get; set; } = true;
}
