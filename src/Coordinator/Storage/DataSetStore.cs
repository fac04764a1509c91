using S2M.Coordinator.DataSets;

namespace S2M.Coordinator.Storage;

/// <summary>The data sets' rows.</summary>
internal sealed class DataSetStore(Database database) : IDataSetStore
{
    private const string Columns = """
        name, sha256, manifest_bytes AS ManifestBytes, content_bytes AS ContentBytes, images, classes, path, actor, registered_at AS RegisteredAt
        """;

    /// <inheritdoc/>
    public Task<DataSetRecord> AddAsync(DataSetRecord record, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Data set '{record.Version}' could not be stored",
            async session =>
            {
                const string Sql = """
                    INSERT INTO data_sets (name, sha256, manifest_bytes, content_bytes, images, classes, path, actor, registered_at)
                    VALUES (@Name, @Sha256, @ManifestBytes, @ContentBytes, @Images, @Classes, @Path, @Actor, @registeredAt)
                    ON CONFLICT (name, sha256) DO UPDATE SET path = excluded.path WHERE data_sets.path <> '' AND excluded.path <> ''
                    """;
                var parameters = new
                {
                    record.Name,
                    record.Sha256,
                    record.ManifestBytes,
                    record.ContentBytes,
                    record.Images,
                    record.Classes,
                    record.Path,
                    record.Actor,
                    registeredAt = UnixTime.Of(record.RegisteredAt),
                };
                await session.ExecuteAsync(Sql, parameters);
                return await FindAsync(session, record.Name, record.Sha256)
                    ?? throw new InvalidOperationException($"data set '{record.Version}' was stored and is not there: rows are never removed");
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<DataSetRecord?> FindAsync(string name, string sha256, CancellationToken cancellationToken)
        => database.ReadAsync($"Data set '{name}@{sha256}' could not be read", session => FindAsync(session, name, sha256), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DataSetRecord>> ListAsync(string? name, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<DataSetRecord>>(
            "Data sets could not be listed",
            async session =>
            {
                string where = name is null ? string.Empty : "WHERE name = @name";
                string sql = $"SELECT {Columns} FROM data_sets {where} ORDER BY registered_at DESC, name, sha256";
                return [.. (await session.ListAsync<DataSetRow>(sql, new { name })).Select(row => row.ToRecord())];
            },
            cancellationToken);

    private static async Task<DataSetRecord?> FindAsync(DatabaseSession session, string name, string sha256)
        => (await session.FindAsync<DataSetRow>($"SELECT {Columns} FROM data_sets WHERE name = @name AND sha256 = @sha256", new { name, sha256 }))?.ToRecord();

    private sealed class DataSetRow
    {
        public string Name { get; init; } = string.Empty;

        public string Sha256 { get; init; } = string.Empty;

        public long ManifestBytes { get; init; }

        public long ContentBytes { get; init; }

        public int Images { get; init; }

        public int Classes { get; init; }

        public string Path { get; init; } = string.Empty;

        public string Actor { get; init; } = string.Empty;

        public long RegisteredAt { get; init; }

        internal DataSetRecord ToRecord() => new(Name, Sha256, ManifestBytes, ContentBytes, Images, Classes, Path, Actor, UnixTime.ToTime(RegisteredAt));
    }
}
