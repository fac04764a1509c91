using System.ComponentModel.DataAnnotations;

namespace S2M.Coordinator.Schedules;

/// <summary>How schedules are fired.</summary>
public sealed class ScheduleOptions
{
    /// <summary>The name of its section in the configuration.</summary>
    public const string Section = "Schedules";

    /// <summary>How late a due time may be seen and still counts as on time; one minute by default. Later ones are missed.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(1);
}
