using Microsoft.Extensions.DependencyInjection;

namespace S2M.Coordinator.Schedules;

/// <summary>The parts of schedules as services.</summary>
internal static class ScheduleServices
{
    /// <summary>Adds options, runner, and the jobs as schedules see them.</summary>
    internal static IServiceCollection AddSchedules(this IServiceCollection services)
    {
        services.AddOptions<ScheduleOptions>().BindConfiguration(ScheduleOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<ScheduleRunner>().AddSingleton<IScheduledJobs, SubmittedJobs>();
    }
}
