using FluentMigrator;

namespace S2M.Coordinator.Storage.Migrations;

/// <summary>The whole schema. Times are milliseconds since 1970 (UTC); states and levels are the numbers of their enumerations.</summary>
[Migration(1, "jobs, their history, workers, data sets, schedules, requests")]
public sealed class M0001Schema : PortableMigration
{
    /// <inheritdoc/>
    protected override string Statements => Jobs + History + Others;

    /// <summary>Labels are read from the job's own row as JSON; <c>job_labels</c> is there to search by. Neither ever changes.</summary>
    private const string Jobs = """
        CREATE TABLE jobs (
            id TEXT NOT NULL PRIMARY KEY,
            namespace TEXT NOT NULL,
            request_id TEXT NOT NULL,
            actor TEXT NOT NULL,
            name TEXT NOT NULL,
            mode INTEGER NOT NULL,
            labels TEXT NOT NULL,
            specification TEXT NOT NULL,
            specification_hash TEXT NOT NULL,
            data_version TEXT NOT NULL,
            steps INTEGER NOT NULL,
            start_from TEXT NOT NULL,
            schedule TEXT NOT NULL,
            trace_parent TEXT NOT NULL,
            state INTEGER NOT NULL,
            reason TEXT NOT NULL,
            since BIGINT NOT NULL,
            submitted_at BIGINT NOT NULL,
            epoch BIGINT NOT NULL,
            owner TEXT NOT NULL,
            waits_for TEXT NOT NULL,
            waits_since BIGINT,
            step INTEGER NOT NULL,
            checkpoint_epoch BIGINT NOT NULL,
            checkpoint_step INTEGER NOT NULL,
            parameters_hash TEXT NOT NULL,
            numeric_contract TEXT NOT NULL,
            canary TEXT NOT NULL,
            started_at BIGINT,
            finished_at BIGINT,
            UNIQUE (namespace, request_id)
        );
        CREATE INDEX jobs_by_time ON jobs (submitted_at, id);
        CREATE INDEX jobs_by_state ON jobs (state);
        CREATE TABLE job_labels (
            job_id TEXT NOT NULL REFERENCES jobs (id),
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (job_id, name)
        );
        CREATE INDEX job_labels_by_value ON job_labels (name, value);
        CREATE TABLE job_transitions (
            job_id TEXT NOT NULL REFERENCES jobs (id),
            sequence INTEGER NOT NULL,
            from_state INTEGER,
            to_state INTEGER NOT NULL,
            reason TEXT NOT NULL,
            actor TEXT NOT NULL,
            moved_at BIGINT NOT NULL,
            PRIMARY KEY (job_id, sequence)
        );

        """;

    /// <summary>A metric that is not a number is NULL, which SQLite makes of it anyway. A line without a key has NULL, which no other NULL equals.</summary>
    private const string History = """
        CREATE TABLE job_metrics (
            job_id TEXT NOT NULL REFERENCES jobs (id),
            step INTEGER NOT NULL,
            name TEXT NOT NULL,
            value DOUBLE PRECISION,
            PRIMARY KEY (job_id, step, name)
        );
        CREATE TABLE job_log (
            job_id TEXT NOT NULL REFERENCES jobs (id),
            line BIGINT NOT NULL,
            line_key TEXT,
            logged_at BIGINT NOT NULL,
            level INTEGER NOT NULL,
            step INTEGER NOT NULL,
            message TEXT NOT NULL,
            PRIMARY KEY (job_id, line),
            UNIQUE (job_id, line_key)
        );
        CREATE TABLE checkpoints (
            job_id TEXT NOT NULL REFERENCES jobs (id),
            epoch BIGINT NOT NULL,
            step INTEGER NOT NULL,
            parameters_hash TEXT NOT NULL,
            bytes BIGINT NOT NULL,
            published_at BIGINT NOT NULL,
            PRIMARY KEY (job_id, epoch, step)
        );

        """;

    private const string Others = """
        CREATE TABLE workers (
            id TEXT NOT NULL PRIMARY KEY,
            incarnation TEXT NOT NULL,
            address TEXT NOT NULL,
            device TEXT NOT NULL,
            numeric_contract TEXT NOT NULL,
            build TEXT NOT NULL,
            state INTEGER NOT NULL,
            reason TEXT NOT NULL,
            since BIGINT NOT NULL,
            registered_at BIGINT NOT NULL
        );
        CREATE TABLE data_sets (
            name TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            manifest_bytes BIGINT NOT NULL,
            content_bytes BIGINT NOT NULL,
            images INTEGER NOT NULL,
            classes INTEGER NOT NULL,
            path TEXT NOT NULL,
            actor TEXT NOT NULL,
            registered_at BIGINT NOT NULL,
            PRIMARY KEY (name, sha256)
        );
        CREATE TABLE schedules (
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            cron TEXT NOT NULL,
            time_zone TEXT NOT NULL,
            job_file TEXT NOT NULL,
            start_from INTEGER NOT NULL,
            missed_runs INTEGER NOT NULL,
            labels TEXT NOT NULL,
            paused INTEGER NOT NULL,
            next_due BIGINT,
            actor TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            PRIMARY KEY (namespace, name)
        );
        CREATE INDEX schedules_by_due ON schedules (next_due);
        CREATE TABLE schedule_runs (
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            due BIGINT NOT NULL,
            outcome INTEGER NOT NULL,
            reason TEXT NOT NULL,
            job_id TEXT NOT NULL,
            started_from TEXT NOT NULL,
            PRIMARY KEY (namespace, name, due),
            FOREIGN KEY (namespace, name) REFERENCES schedules (namespace, name) ON DELETE CASCADE
        );
        CREATE TABLE requests (
            request_id TEXT NOT NULL PRIMARY KEY,
            method TEXT NOT NULL,
            subject TEXT NOT NULL,
            requested_at BIGINT NOT NULL
        );
        """;
}
