using System.ComponentModel.DataAnnotations;

namespace S2M.Coordinator.Membership;

/// <summary>
/// How silos that share a PostgreSQL database form one cluster, and when one of them counts as dead. A silo that is killed is missed after
/// <see cref="MissedProbes"/> probes that fail at once, about <see cref="ProbeTimeout"/> apart; one that hangs after <see cref="MissedProbes"/> times
/// <see cref="LongestProbe"/> without a word. With SQLite there is one silo, and only the names count.
/// </summary>
public sealed class MembershipOptions
{
    /// <summary>The name of its section in the configuration.</summary>
    public const string Section = "Membership";

    /// <summary>Silos with another cluster identifier in the same database do not see each other; <c>s2m</c> by default.</summary>
    [Required, StringLength(100, MinimumLength = 1)]
    public string ClusterId { get; set; } = "s2m";

    /// <summary>The service's name, the same over all its deployments; <c>s2m</c> by default.</summary>
    [Required, StringLength(100, MinimumLength = 1)]
    public string ServiceId { get; set; } = "s2m";

    /// <summary>Time between two probes of a silo, and how long the first one may take; 1 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.200", "00:01:00")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest that a probe may take, however slow the silo was before; at least <see cref="ProbeTimeout"/>; 2 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.200", "00:04:00")]
    public TimeSpan LongestProbe { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Probes in a row that must fail before a silo is suspected; 3 by default.</summary>
    [Range(1, 20)]
    public int MissedProbes { get; set; } = 3;

    /// <summary>Silos that must suspect one before it is dead; 2 by default. Of two or three silos one vote or two are enough: half of those that are active, rounded up.</summary>
    [Range(1, 10)]
    public int Votes { get; set; } = 2;

    /// <summary>How long a suspicion counts; 1 min by default.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00")]
    public TimeSpan DeathVoteExpiry { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Time between two signs of life of a silo in the database; 5 s by default. They kill nobody: a silo without three of them has no vote, and one that joins does
    /// not wait for it.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan IAmAlivePeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between two looks at the silos in the database, besides what they tell each other; 5 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan TableRefresh { get; set; } = TimeSpan.FromSeconds(5);
}
