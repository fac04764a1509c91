using S2M.Coordinator.Training;
using S2M.Specification;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>The lines of the set protocol. A further head is added here.</summary>
internal static class SetLines
{
    /// <summary>The lines of a job, its own head first: the others are compared with it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="ownName">The name of its head.</param>
    /// <param name="definition">Names the parameters.</param>
    /// <param name="pool">The descriptors.</param>
    internal static IReadOnlyList<ISetScorer> Of(JobSpecification job, string ownName, NetworkDefinition definition, SetPool pool)
    {
        int support = job.Evaluation.Sets!.Support;
        double offset = LearnedOffset.Of(definition, pool.Snapshot, support, job.Network.VarianceOffset);
        var lines = new List<ISetScorer>();
        if (job.Network.Head != HeadKind.NearestMean)
        {
            lines.Add(new HeadSetScorer(ownName, pool, ScoringHead.Job, job.Network.Head.IsMixture()));
        }

        lines.Add(new HeadSetScorer("nearest_mean", pool, ScoringHead.NearestMean, isMixture: false));
        for (int components = 1; components <= HeadKinds.Most; components++)
        {
            // The job's own head stands above under its own name.
            if (job.Network.Head.ChoosesComponents() || job.Network.Head.MostComponents() != components || job.Network.Head == HeadKind.NearestMean)
            {
                lines.Add(new HeadSetScorer($"k{components}", pool, ScoringHead.OneComponent + components - 1, isMixture: components > 1));
            }
        }

        if (!job.Network.Head.ChoosesComponents())
        {
            lines.Add(new HeadSetScorer("k_chosen", pool, ScoringHead.ChosenComponents, isMixture: true));
        }

        lines.Add(new DescriptorSetScorer("nearest_neighbor", set => SetScoring.NearestNeighbor(pool, set)));
        lines.Add(new DescriptorSetScorer("true_modes", set => SetScoring.TrueModes(pool, set, offset)));
        return lines;
    }
}
