namespace S2M.Coordinator.Workers;

/// <summary>Which worker is lent to which job: a pure function, so that the same workers and jobs always give the same answer.</summary>
internal static class Assignment
{
    /// <summary>
    /// Divides workers evenly among the jobs, the older ones first; a worker stays where it is as long as that keeps the division even. A job that is free to
    /// choose its contract takes that of the first worker it gets.
    /// </summary>
    /// <param name="workers">Workers that can be lent, in any order.</param>
    /// <param name="borrowers">Jobs that ask, in any order.</param>
    /// <param name="current">Which job each worker was lent to before, by worker.</param>
    /// <returns>The job of each worker that is lent, by worker.</returns>
    internal static SortedDictionary<string, string> Divide(
        IEnumerable<LentWorker> workers, IEnumerable<Borrower> borrowers, IReadOnlyDictionary<string, string> current)
    {
        var left = new SortedDictionary<string, LentWorker>(workers.ToDictionary(worker => worker.Id, StringComparer.Ordinal), StringComparer.Ordinal);
        Borrower[] jobs = [.. borrowers.OrderBy(job => job.SubmittedAt).ThenBy(job => job.JobId, StringComparer.Ordinal)];
        var contracts = jobs.ToDictionary(job => job.JobId, job => job.NumericContract, StringComparer.Ordinal);
        var lent = new SortedDictionary<string, string>(StringComparer.Ordinal);

        // A worker a round for each job, until nobody can take one more.
        for (bool given = true; given;)
        {
            given = false;
            for (int turn = 0; turn < jobs.Length; turn++)
            {
                Borrower job = jobs[turn];
                LentWorker? worker = left.Values
                    .Where(candidate => Fits(candidate, job, contracts[job.JobId]))
                    .MinBy(candidate => Distance(candidate, turn));
                if (worker is not null)
                {
                    left.Remove(worker.Id);
                    lent.Add(worker.Id, job.JobId);
                    contracts[job.JobId] = worker.NumericContract;
                    given = true;
                }
            }
        }

        return lent;

        // Its own first, then a free one, then one of the job that has the most to spare: what is left to it beyond its turn in this round; of the youngest among equals.
        (int Kind, int Kept, int Age) Distance(LentWorker worker, int turn)
        {
            int holder = Array.FindIndex(jobs, job => job.JobId == current.GetValueOrDefault(worker.Id));
            return holder == turn ? (0, 0, 0)
                : holder < 0 ? (1, 0, 0)
                : (2, (holder > turn ? 1 : 0) - left.Keys.Count(id => current.GetValueOrDefault(id) == jobs[holder].JobId), -holder);
        }
    }

    private static bool Fits(LentWorker worker, Borrower job, string contract)
        => (contract.Length == 0 || worker.NumericContract == contract) && !job.Refused.Contains(worker.Incarnation, StringComparer.Ordinal);
}
