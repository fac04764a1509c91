namespace S2M.Model.Benchmarks.Rounds;

/// <summary>Times several pieces of work in turns, so that whatever else the machine does meets all of them alike.</summary>
/// <param name="clock">Which time is measured.</param>
internal sealed class InterleavedRounds(Clock clock)
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs the rounds; every second one in reverse order.</summary>
    /// <param name="works">Each once per operation.</param>
    /// <param name="rounds">Samples of each work, at least 1.</param>
    /// <returns>For each work and round the seconds of one operation.</returns>
    internal double[][] Run(IReadOnlyList<Action> works, int rounds)
    {
        int[] operations = [.. works.Select(Calibrate)];
        double[][] seconds = [.. works.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int turn = 0; turn < works.Count; turn++)
            {
                int work = round % 2 == 0 ? turn : works.Count - 1 - turn;
                seconds[work][round] = Time(works[work], operations[work]).TotalSeconds / operations[work];
            }
        }

        return seconds;
    }

    /// <summary>The time of so many operations.</summary>
    internal TimeSpan Time(Action work, int operations)
    {
        TimeSpan begun = clock.Now();
        for (int i = 0; i < operations; i++)
        {
            work();
        }

        return clock.Now() - begun;
    }

    // Doubles until the clock and the first calls no longer matter; this is also the warm-up.
    private int Calibrate(Action work)
    {
        Time(work, 1);
        int operations = 1;
        while (Time(work, operations) < LongEnough)
        {
            operations *= 2;
        }

        return operations;
    }
}
