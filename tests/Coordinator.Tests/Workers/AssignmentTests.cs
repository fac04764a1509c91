using CsCheck;
using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Tests.Workers;

public sealed class AssignmentTests
{
    private static readonly SortedDictionary<string, string> Nobody = new(StringComparer.Ordinal);

    private static readonly Gen<LentWorker[]> AnyWorkers = Gen.OneOf("cpu", "cuda").Array[0, 8]
        .Select(contracts => contracts.Select((contract, i) => Worker(i, contract)).ToArray());

    private static readonly Gen<LentWorker[]> LikeWorkers = Gen.Int[0, 9].Select(count => Enumerable.Range(0, count).Select(i => Worker(i)).ToArray());

    // Ages are drawn, so that the order of names is not that of age.
    private static readonly Gen<Borrower[]> AnyJobs = Gen.Select(Gen.Int[0, 3], Gen.OneOf("", "cpu", "cuda"), Gen.Int[0, 7].Array[0, 3]).Array[0, 5]
        .Select(jobs => jobs.Select((job, i) => Job(i, job.Item1, job.Item2, [.. job.Item3.Distinct().Select(Incarnation)])).ToArray());

    private static readonly Gen<Borrower[]> LikeJobs = Gen.Int[0, 3].Array[1, 5].Select(ages => ages.Select((age, i) => Job(i, age)).ToArray());

    private static readonly Gen<SortedDictionary<string, string>> AnyLoans = Gen.Int[-1, 5].Array[9].Select(holders => new SortedDictionary<string, string>(
        holders.Select((holder, i) => (Id: Worker(i).Id, Job: $"job-{holder}"))
            .Where(loan => loan.Job != "job--1").ToDictionary(loan => loan.Id, loan => loan.Job, StringComparer.Ordinal),
        StringComparer.Ordinal));

    [Fact]
    public void Divide_AnyJobsAndWorkers_LendsOnlyWhatFitsAndAllThatFits()
        => Gen.Select(AnyWorkers, AnyJobs, AnyLoans).Sample((workers, jobs, current) =>
        {
            SortedDictionary<string, string> lent = Assignment.Divide(workers, jobs, current);

            var contracts = jobs.ToDictionary(
                job => job.JobId,
                job => workers.Where(worker => lent.GetValueOrDefault(worker.Id) == job.JobId).Select(worker => worker.NumericContract).Append(job.NumericContract)
                    .Where(contract => contract.Length > 0).Distinct(StringComparer.Ordinal).ToArray(),
                StringComparer.Ordinal);
            contracts.Values.ShouldAllBe(contract => contract.Length <= 1, "one contract for all workers of a job");
            foreach (LentWorker worker in workers)
            {
                Borrower[] able = [.. jobs.Where(job => !job.Refused.Contains(worker.Incarnation, StringComparer.Ordinal)
                    && (contracts[job.JobId] is [] || contracts[job.JobId][0] == worker.NumericContract))];
                if (lent.TryGetValue(worker.Id, out string? holder))
                {
                    able.ShouldContain(job => job.JobId == holder);
                }
                else
                {
                    able.ShouldBeEmpty("nobody can use it");
                }
            }
        });

    [Fact]
    public void Divide_OtherOrder_GivesTheSame()
        => Gen.Select(AnyWorkers, AnyJobs, AnyLoans).Sample((workers, jobs, current) =>
            Assignment.Divide(workers.Reverse(), jobs.Reverse(), current).ShouldBe(Assignment.Divide(workers, jobs, current)));

    [Fact]
    public void Divide_LikeWorkers_IsEvenAndTheOldestHaveTheRest()
        => Gen.Select(LikeWorkers, LikeJobs, AnyLoans).Sample((workers, jobs, current) =>
            Counts(jobs, Assignment.Divide(workers, jobs, current)).ShouldBe(Fair(workers.Length, jobs.Length)));

    [Fact]
    public void Divide_LikeWorkers_MovesAsFewAsCanBe()
        => Gen.Select(LikeWorkers, LikeJobs, AnyLoans).Sample((workers, jobs, current) =>
        {
            SortedDictionary<string, string> lent = Assignment.Divide(workers, jobs, current);

            // Counts are what they are: a job keeps all it had, up to its count.
            int[] fair = Fair(workers.Length, jobs.Length);
            int most = ByAge(jobs).Select((job, i) => Math.Min(fair[i], workers.Count(worker => current.GetValueOrDefault(worker.Id) == job.JobId))).Sum();
            lent.Count(loan => current.GetValueOrDefault(loan.Key) == loan.Value).ShouldBe(most);
        });

    [Fact]
    public void Divide_SmallCases_AgreesWithTryingEverything()
        => Gen.Select(Gen.Int[0, 4], LikeJobs.Where(jobs => jobs.Length <= 3), AnyLoans).Sample((count, jobs, current) =>
        {
            LentWorker[] workers = [.. Enumerable.Range(0, count).Select(i => Worker(i))];
            SortedDictionary<string, string> lent = Assignment.Divide(workers, jobs, current);

            // The best of all ways to give each worker to a job: the most even one first, the rest to the oldest, then the fewest moves.
            int[][] ways = [.. Enumerable.Range(0, (int)Math.Pow(jobs.Length, count))
                .Select(code => Enumerable.Range(0, count).Select(i => code / (int)Math.Pow(jobs.Length, i) % jobs.Length).ToArray())];
            Borrower[] byAge = ByAge(jobs);
            int[] best = ways.MinBy(way => (Unevenness(way, byAge.Length), Moves(way)))!;
            int[] ours = [.. workers.Select(worker => Array.FindIndex(byAge, job => job.JobId == lent[worker.Id]))];
            (Unevenness(ours, byAge.Length), Moves(ours)).ShouldBe((Unevenness(best, byAge.Length), Moves(best)));

            int Moves(int[] way) => way.Where((job, i) => byAge[job].JobId != current.GetValueOrDefault(workers[i].Id)).Count();
        });

    [Fact]
    public void Divide_NothingChanged_KeepsEveryLoan()
        => Gen.Select(LikeWorkers, LikeJobs, AnyLoans).Sample((workers, jobs, current) =>
        {
            SortedDictionary<string, string> lent = Assignment.Divide(workers, jobs, current);
            Assignment.Divide(workers, jobs, lent).ShouldBe(lent);
        });

    [Fact]
    public void Divide_JobThatIsNew_TakesItsShareAndMovesNothingElse()
        => Gen.Select(LikeWorkers, LikeJobs).Sample((workers, jobs) =>
        {
            SortedDictionary<string, string> before = Assignment.Divide(workers, jobs, Nobody);
            SortedDictionary<string, string> after = Assignment.Divide(workers, [.. jobs, Job(9, 99)], before);

            after.Where(loan => loan.Value != before[loan.Key]).ShouldAllBe(loan => loan.Value == "job-9");
            after.Count(loan => loan.Value == "job-9").ShouldBe(workers.Length / (jobs.Length + 1));
        });

    [Fact]
    public void Divide_WorkerLeavesOrComes_MovesAtMostOneOther()
        => Gen.Select(LikeWorkers.Where(workers => workers.Length > 0), LikeJobs, Gen.Int[0, 8]).Sample((workers, jobs, index) =>
        {
            LentWorker[] fewer = [.. workers.Where((_, i) => i != index % workers.Length)];
            SortedDictionary<string, string> all = Assignment.Divide(workers, jobs, Nobody);
            SortedDictionary<string, string> without = Assignment.Divide(fewer, jobs, all);
            SortedDictionary<string, string> again = Assignment.Divide(workers, jobs, without);

            without.Count(loan => all[loan.Key] != loan.Value).ShouldBeLessThanOrEqualTo(1);
            again.Count(loan => without.TryGetValue(loan.Key, out string? holder) && holder != loan.Value).ShouldBe(0, "who comes back takes the place that is free");
        });

    [Fact]
    public void Divide_FewerWorkersThanJobs_TheOldestHaveThem()
    {
        Borrower[] jobs = [Job(0, 3), Job(1, 1), Job(2, 2)];

        Assignment.Divide([Worker(0), Worker(1)], jobs, Nobody).Values.Order(StringComparer.Ordinal).ShouldBe(["job-1", "job-2"]);
    }

    [Fact]
    public void Divide_WorkerStartsAgain_IsAnotherOne()
    {
        Borrower job = Job(0, 0, "cpu", Incarnation(0));

        Assignment.Divide([Worker(0)], [job], Nobody).ShouldBeEmpty();
        Assignment.Divide([Worker(0) with { Incarnation = "another start" }], [job], Nobody).Keys.ShouldBe(["worker-0"]);
    }

    private static string Incarnation(int worker) => $"start of {worker}";

    private static LentWorker Worker(int index, string contract = "cpu") => new($"worker-{index}", Incarnation(index), "http://127.0.0.1:1", contract);

    private static Borrower Job(int index, int age, string contract = "", params string[] refused)
        => new($"job-{index}", DateTimeOffset.UnixEpoch.AddMinutes(age), contract, refused);

    private static Borrower[] ByAge(Borrower[] jobs) => [.. jobs.OrderBy(job => (job.SubmittedAt, job.JobId))];

    private static int[] Counts(Borrower[] jobs, SortedDictionary<string, string> lent) => [.. ByAge(jobs).Select(job => lent.Values.Count(holder => holder == job.JobId))];

    private static int[] Fair(int workers, int jobs) => [.. Enumerable.Range(0, jobs).Select(job => (workers / jobs) + (job < workers % jobs ? 1 : 0))];

    // Sum of squares, and the older before the younger where it is the same.
    private static double Unevenness(int[] way, int jobs)
    {
        int[] counts = [.. Enumerable.Range(0, jobs).Select(job => way.Count(holder => holder == job))];
        return counts.Select((count, age) => (count * count) + (0.001 * count * age)).Sum();
    }
}
