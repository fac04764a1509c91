using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using S2M.Coordinator.Schedules;
using S2M.Coordinator.Supervision;
using S2M.Coordinator.Tests.Jobs;
using S2M.Coordinator.Tests.Schedules;

namespace S2M.Coordinator.Tests.Supervision;

public sealed class SupervisorTests
{
    [Fact]
    public async Task ExecuteAsync_RoundFails_TheNextOneComes()
    {
        using var scene = new StoreScene();
        using var wake = new WakeCall();
        using var looked = new SemaphoreSlim(0);
        var time = new FakeTimeProvider();
        int rounds = 0;
        var schedules = new MemoryScheduleStore
        {
            AfterDue = () =>
            {
                looked.Release();
                return ++rounds == 2 ? throw new InvalidOperationException("nobody foresaw this") : Task.CompletedTask;
            },
        };
        var runner = new ScheduleRunner(schedules, new MemoryScheduledJobs(time), Options.Create(new ScheduleOptions()), time, NullLogger<ScheduleRunner>.Instance);
        using var supervisor = new Supervisor(null!, scene.Store, runner, wake, time, NullLogger<Supervisor>.Instance);

        await supervisor.StartAsync(CancellationToken.None);
        for (int round = 0; round < 4; round++)
        {
            (await looked.WaitAsync(TimeSpan.FromMinutes(1))).ShouldBeTrue($"round {round} came");
            wake.Ring();
        }

        await supervisor.StopAsync(CancellationToken.None);
        supervisor.ExecuteTask.ShouldNotBeNull().IsCompletedSuccessfully.ShouldBeTrue("it ends when the host stops, and not before");
    }
}
