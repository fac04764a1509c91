using Dapper;
using S2M.Coordinator.Jobs;

namespace S2M.Coordinator.Storage;

/// <summary>The query of a <see cref="JobFilter"/>.</summary>
internal static class JobListQuery
{
    /// <summary>Statement and parameters.</summary>
    internal static (string Sql, DynamicParameters Parameters) Of(JobFilter filter)
    {
        var conditions = new List<string>();
        var parameters = new DynamicParameters();
        parameters.Add("limit", filter.Limit);
        if (filter.Namespace is not null)
        {
            conditions.Add("namespace = @namespace");
            parameters.Add("namespace", filter.Namespace);
        }

        if (filter.States.Count > 0)
        {
            // Numbers of ours, written out: lists as parameters are not the same thing in both databases.
            conditions.Add($"state IN ({string.Join(", ", filter.States.Select(state => (int)state))})");
        }

        foreach ((string name, string value) in filter.Labels)
        {
            string suffix = $"{conditions.Count}";
            conditions.Add($"id IN (SELECT job_id FROM job_labels WHERE name = @name{suffix} AND value = @value{suffix})");
            parameters.Add($"name{suffix}", name);
            parameters.Add($"value{suffix}", value);
        }

        if (filter.Before is not null)
        {
            conditions.Add("(submitted_at, id) < (SELECT submitted_at, id FROM jobs WHERE id = @before)");
            parameters.Add("before", filter.Before);
        }

        string where = conditions.Count > 0 ? $"WHERE {string.Join(" AND ", conditions)}" : string.Empty;
        return ($"SELECT {JobRow.Columns} FROM jobs {where} ORDER BY submitted_at DESC, id DESC LIMIT @limit", parameters);
    }
}
