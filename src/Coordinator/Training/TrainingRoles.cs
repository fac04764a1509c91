using S2M.Data.Sampling;
using S2M.Specification;

namespace S2M.Coordinator.Training;

/// <summary>From a job's episodes to what the sampler takes.</summary>
public static class TrainingRoles
{
    private static readonly int[] SkewedWeights = [6, 3, 1];

    /// <summary>Draws a training episode of a job.</summary>
    /// <param name="sampler">Draws from the training classes.</param>
    /// <param name="job">The job.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="index">The episode within the step, from 0.</param>
    /// <exception cref="Data.DataException">The part has too few concepts, or a class too few images.</exception>
    public static Episode Draw(EpisodeSampler sampler, JobSpecification job, int step, int index) => sampler.SampleTraining(
        new EpisodeAddress(job.Training.Seed, EpisodePhase.Training, step, index),
        job.Episode.Classes,
        job.Episode.ImagesPerClass,
        Of(job.Episode),
        Weights(job.Episode.Modes, job.Episode.ModeWeights));

    /// <summary>The weights of a concept's modes.</summary>
    /// <param name="modes">How many, 1 to 3.</param>
    /// <param name="weighting">How images are divided among them.</param>
    public static int[] Weights(int modes, ModeWeighting weighting) => weighting == ModeWeighting.Skewed ? SkewedWeights[..modes] : [.. Enumerable.Repeat(1, modes)];

    /// <summary>The roles of a training episode's images, group by group.</summary>
    /// <param name="episode">What an episode is made of.</param>
    public static GroupRoles[] Of(EpisodeSpecification episode)
        => [.. episode.Groups.Select(group => new GroupRoles(group.Support.First, group.Support.Count, group.Queries.First, group.Queries.Count))];
}
