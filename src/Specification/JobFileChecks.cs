namespace S2M.Specification;

/// <summary>What must hold between fields, as far as a job file tells.</summary>
internal static class JobFileChecks
{
    private const int SmallestBatch = 128;
    private const int FewestClasses = 10;

    // Images are embedded in chunks of this many, outside training too.
    private const int EmbeddingChunk = 256;
    private const int FiltersOfConv4 = 64;
    private const int FiltersOfLeNet = 20;

    /// <summary>Checks a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="source">Where it comes from.</param>
    /// <exception cref="SpecificationException">Fields do not fit each other.</exception>
    internal static void Check(JobSpecification job, JobFileSource source)
    {
        CheckGroups(job.Episode, source);
        if (job.Network.HasBatchNorm)
        {
            CheckBatch(job.Episode, source);
        }

        MixtureChecks.Check(job, source);
        CheckParts(job, source);
        CheckMemory(job, source);
        CheckWarmUp(job, source);
        CheckSets(job.Evaluation.Sets, source);
    }

    private static void CheckGroups(EpisodeSpecification episode, JobFileSource source)
    {
        for (int index = 0; index < episode.Groups.Count; index++)
        {
            GroupSpecification group = episode.Groups[index];
            int last = Math.Max(group.Support.Last, group.Queries.Last);
            if (last >= episode.ImagesPerClass)
            {
                throw source.Error("episode.groups", $"expected positions below images_per_class = {episode.ImagesPerClass}, got {last} in group {index + 1}; raise images_per_class or lower the position");
            }

            if (group.Support.First <= group.Queries.Last && group.Queries.First <= group.Support.Last)
            {
                throw source.Error("episode.groups", $"expected support and queries without a common position, got {group.Support} and {group.Queries} in group {index + 1}; move one of them");
            }
        }
    }

    private static void CheckBatch(EpisodeSpecification episode, JobFileSource source)
    {
        long images = (long)episode.Classes * episode.ImagesPerClass;
        if (images < SmallestBatch || episode.Classes < FewestClasses)
        {
            throw source.Error(
                "episode",
                $"expected at least {SmallestBatch} images of at least {FewestClasses} classes, since batch norm sees exactly one episode, got {images} images of {episode.Classes} classes; "
                + "raise classes or images_per_class");
        }
    }

    private static void CheckParts(JobSpecification job, JobFileSource source)
    {
        int ways = job.Evaluation.Ways.Max();
        Require("episode.classes", (long)job.Episode.Classes * job.Episode.Modes, "train", job.Split.Train);
        Require("evaluation.ways", ways, "test", job.Split.Test);
        // Whatever training.validate_every says: the last version is always validated.
        Require("evaluation.ways", ways, "validation", job.Split.Validation);

        void Require(string path, long concepts, string part, int classes)
        {
            long most = job.Data.Rotations ? 4L * classes : classes;
            if (concepts > most)
            {
                string from = job.Data.Rotations ? "four rotations of split." : "split.";
                throw source.Error(path, $"expected at most {most} different concepts, {from}{part} = {classes}, got {concepts}; lower it or raise split.{part}");
            }
        }
    }

    // A tensor's memory is seen as one span, which ends at 2 GiB; the first layer's activations are the largest.
    private static void CheckMemory(JobSpecification job, JobFileSource source)
    {
        long images = Math.Max((long)job.Episode.Classes * job.Episode.ImagesPerClass, EmbeddingChunk);
        long pixels = (long)job.Data.Size * job.Data.Size;
        int filters = job.Network.Embedding == NetworkSpecification.LeNet ? FiltersOfLeNet : FiltersOfConv4;
        if (images * pixels > int.MaxValue / (filters * sizeof(float)))
        {
            throw source.Error(
                "data.image.size",
                $"expected first-block activations of less than 2 GiB, max(episode.classes x episode.images_per_class, {EmbeddingChunk}) images x size^2 x {filters} filters x 4 bytes, "
                + $"got {(double)images * pixels * filters * sizeof(float) / (1 << 30):F2} GiB for {images} images of {job.Data.Size} x {job.Data.Size} pixels; "
                + "lower data.image.size, episode.classes or episode.images_per_class");
        }
    }

    // A trial run shortened on the command line may end within its warm-up; a job that is written down so never reaches its learning rate.
    private static void CheckWarmUp(JobSpecification job, JobFileSource source)
    {
        bool isTrial = source.IsSetting("training.steps") && !source.IsSetting("optimizer.warm_up_steps");
        if (!isTrial && job.Optimizer.WarmUpSteps >= job.Training.Steps)
        {
            throw source.Error("optimizer.warm_up_steps", $"expected fewer than training.steps = {job.Training.Steps}, got {job.Optimizer.WarmUpSteps}; lower it, or train longer");
        }
    }

    private static void CheckSets(SetSpecification? sets, JobFileSource source)
    {
        if (sets is null)
        {
            return;
        }

        int noise = sets.NoiseImages(sets.NoisePercents.Max());
        if (sets.Support - noise < sets.Modes.Max())
        {
            throw source.Error(
                "evaluation.sets",
                $"expected at least one clean image of each of {sets.Modes.Max()} modes, got a support of {sets.Support} with {noise} of noise; "
                + "raise support, or lower modes or noise_percents");
        }

        if (sets.Distractors < Math.Max(1, noise))
        {
            throw source.Error(
                "evaluation.sets",
                $"expected at least {Math.Max(1, noise)} distractors, one for each image of noise, got {sets.Distractors}; raise distractors or lower noise_percents");
        }
    }
}
