using S2M.Data.Sampling;
using S2M.Specification;

namespace S2M.Coordinator.Training;

/// <summary>From a job's groups to those that the sampler takes.</summary>
public static class TrainingRoles
{
    /// <summary>The roles of a training episode's images, group by group.</summary>
    /// <param name="episode">What an episode is made of.</param>
    public static GroupRoles[] Of(EpisodeSpecification episode)
        => [.. episode.Groups.Select(group => new GroupRoles(group.Support.First, group.Support.Count, group.Queries.First, group.Queries.Count))];
}
