using System.Globalization;

namespace S2M.Specification;

/// <summary>What must hold between a head and the fields that only mixtures use.</summary>
internal static class MixtureChecks
{
    /// <summary>Checks a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="source">Where it comes from.</param>
    /// <exception cref="SpecificationException">An option has no effect on the head, or no group is large enough for it.</exception>
    internal static void Check(JobSpecification job, JobFileSource source)
    {
        CheckOptions(job.Network, source);
        CheckSupport(job, source);
    }

    private static void CheckOptions(NetworkSpecification network, JobFileSource source)
    {
        var plain = new NetworkSpecification { Head = network.Head };
        string head = network.Head.Word();
        if (!network.Head.IsMixture())
        {
            string reason = $"with head {head}, which has one component and no iteration";
            string remedy = $"remove it, or choose {Mixtures()}";
            RequireWord("adjoint", network.Adjoint, plain.Adjoint, reason, remedy);
            RequireWord("regularizer", network.Regularizer, plain.Regularizer, reason, remedy);
            Require("prior_strength", network.PriorStrength, plain.PriorStrength, reason, remedy);
            Require("prior_variance", network.PriorVariance, plain.PriorVariance, reason, remedy);
            Require("learn_prior_variance", network.LearnPriorVariance, plain.LearnPriorVariance, reason, remedy);
            Require("weight_prior", network.WeightPrior, plain.WeightPrior, reason, remedy);
            Require("background", network.Background, plain.Background, reason, remedy);
            RequireWord("start", network.Start, plain.Start, reason, remedy);
        }

        if (!network.Head.ChoosesComponents())
        {
            string reason = $"with head {head}, which chooses no number of components";
            string remedy = $"remove it, or choose {HeadKind.AdaGmm.Word()}";
            RequireWord("k_by", network.KBy, plain.KBy, reason, remedy);
            Require("learn_predictive_offset", network.LearnPredictiveOffset, plain.LearnPredictiveOffset, reason, remedy);
        }

        void RequireWord<T>(string field, T got, T expected, string reason, string remedy)
            where T : struct, Enum => Require(field, SpecificationJson.Word(got), SpecificationJson.Word(expected), reason, remedy);

        void Require<T>(string field, T got, T expected, string reason, string remedy)
        {
            if (!EqualityComparer<T>.Default.Equals(got, expected))
            {
                throw source.Error($"network.{field}", $"expected {Show(expected)} {reason}, got {Show(got)}; {remedy}");
            }
        }
    }

    // A component needs three images: a head whose groups all have fewer would never fit the components that it is named for.
    private static void CheckSupport(JobSpecification job, JobFileSource source)
    {
        HeadKind head = job.Network.Head;
        int components = head.ChoosesComponents() ? 2 : head.MostComponents();
        int largest = job.Episode.Groups.Max(group => group.Support.Count);
        if (head.IsMixture() && largest < HeadKinds.ImagesPerComponent * components)
        {
            throw source.Error(
                "episode.groups",
                $"expected a group with at least {HeadKinds.ImagesPerComponent * components} support images for {components} components of head {head.Word()}, {HeadKinds.ImagesPerComponent} images each, "
                + $"got at most {largest}; enlarge a support, or choose {(largest < HeadKinds.ImagesPerComponent * 2 ? HeadKind.Gauss.Word() : "fewer components")}");
        }
    }

    private static string Show<T>(T value) => Convert.ToString(value, CultureInfo.InvariantCulture)! is var text && value is bool ? text.ToLowerInvariant() : text;

    private static string Mixtures()
    {
        string[] words = [.. Enum.GetValues<HeadKind>().Where(head => head.IsMixture()).Select(head => head.Word())];
        return $"{string.Join(", ", words[..^1])} or {words[^1]}";
    }
}
