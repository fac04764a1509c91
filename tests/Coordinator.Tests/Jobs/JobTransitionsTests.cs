using S2M.Coordinator.Jobs;

namespace S2M.Coordinator.Tests.Jobs;

public sealed class JobTransitionsTests
{
    // The table of architecture.md, written out: what a command makes of a state, null where it is refused.
    private static readonly Dictionary<(JobState State, JobCommand Command), JobState?> Table = new()
    {
        [(JobState.Queued, JobCommand.Pause)] = JobState.Paused,
        [(JobState.Running, JobCommand.Pause)] = JobState.Paused,
        [(JobState.Paused, JobCommand.Pause)] = JobState.Paused,
        [(JobState.Succeeded, JobCommand.Pause)] = null,
        [(JobState.Failed, JobCommand.Pause)] = null,
        [(JobState.Cancelled, JobCommand.Pause)] = null,
        [(JobState.Stopped, JobCommand.Pause)] = null,
        [(JobState.Queued, JobCommand.Resume)] = JobState.Queued,
        [(JobState.Running, JobCommand.Resume)] = JobState.Running,
        [(JobState.Paused, JobCommand.Resume)] = JobState.Queued,
        [(JobState.Succeeded, JobCommand.Resume)] = null,
        [(JobState.Failed, JobCommand.Resume)] = JobState.Queued,
        [(JobState.Cancelled, JobCommand.Resume)] = null,
        [(JobState.Stopped, JobCommand.Resume)] = JobState.Queued,
        [(JobState.Queued, JobCommand.Cancel)] = JobState.Cancelled,
        [(JobState.Running, JobCommand.Cancel)] = JobState.Cancelled,
        [(JobState.Paused, JobCommand.Cancel)] = JobState.Cancelled,
        [(JobState.Succeeded, JobCommand.Cancel)] = null,
        [(JobState.Failed, JobCommand.Cancel)] = JobState.Cancelled,
        [(JobState.Cancelled, JobCommand.Cancel)] = JobState.Cancelled,
        [(JobState.Stopped, JobCommand.Cancel)] = JobState.Cancelled,
    };

    [Fact]
    public void Next_EveryStateAndCommand_IsThatOfTheTable()
    {
        Table.Count.ShouldBe(Enum.GetValues<JobState>().Length * Enum.GetValues<JobCommand>().Length);
        foreach (((JobState state, JobCommand command), JobState? next) in Table)
        {
            JobTransitions.Next(state, command).ShouldBe(next, $"{command} of a job that is {state}");
        }
    }

    [Fact]
    public void Next_Repeated_ChangesNothingMore()
    {
        foreach (((JobState _, JobCommand command), JobState? next) in Table.Where(entry => entry.Value is not null))
        {
            JobTransitions.Next(next!.Value, command).ShouldBe(next, "a command that is sent again is obeyed already");
        }
    }

    [Fact]
    public void IsEndAndIsActive_EveryState_AreApart()
    {
        Enum.GetValues<JobState>().Where(JobTransitions.IsEnd).ShouldBe([JobState.Succeeded, JobState.Failed, JobState.Cancelled, JobState.Stopped]);
        Enum.GetValues<JobState>().Where(JobTransitions.IsActive).ShouldBe([JobState.Queued, JobState.Running]);
    }

    [Fact]
    public void Refusal_EveryRefusedCommand_NamesTheStateAndWhatCanBeDone()
    {
        foreach ((JobState state, JobCommand command) in Table.Where(entry => entry.Value is null).Select(entry => entry.Key))
        {
            JobTransitions.Refusal(state, command).ShouldMatch($"^expected a job that is .+, got one that is {state.ToString().ToLowerInvariant()}; .+$");
        }
    }

    [Fact]
    public void Of_SameRequest_NamesTheSameJobAndNoOtherDoes()
    {
        string id = JobIds.Of("nightly", "default", "request-1");

        id.ShouldMatch("^nightly-[0-9a-f]{12}$");
        JobIds.Of("nightly", "default", "request-1").ShouldBe(id);
        JobIds.Of("nightly", "default", "request-2").ShouldNotBe(id, StringComparer.Ordinal);
        JobIds.Of("nightly", "other", "request-1").ShouldNotBe(id, StringComparer.Ordinal);
        JobIds.Of("daily", "default", "request-1").ShouldBe($"daily{id[7..]}");
    }
}
