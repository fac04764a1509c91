using S2M.Protos.V1;
using S2M.Worker.Hosting;

namespace S2M.Worker.Services;

/// <summary>
/// Requests at the door: whatever is not whole and in range is refused with the field's name, before anything is pulled or a tensor is touched (wrong shapes
/// would end the process, not throw).
/// </summary>
internal static class ShareChecks
{
    private const int LongestText = 256;
    private const int Leaves = 1 << 20;
    private const int Images = 1 << 20;
    private const int Pool = 1 << 14;
    private const int Groups = 1 << 16;

    // Doubles: concepts x queries of a gradient are also kept once for each element of a descriptor.
    private const long GradientCells = 1 << 20;
    private const long ScoreCells = 1 << 26;

    /// <summary>Checks everything that the request alone decides.</summary>
    /// <exception cref="Grpc.Core.RpcException">Something is wrong.</exception>
    internal static void Require(ComputeShareRequest request)
    {
        var violations = new Violations();
        violations.Require(request.JobId.Length is >= 1 and <= LongestText, "job_id", $"expected 1 to {LongestText} characters, got {request.JobId.Length}");
        violations.Require(request.Epoch >= 0, "epoch", $"expected at least 0, got {request.Epoch}");
        violations.Require(request.Step >= 0, "step", $"expected at least 0, got {request.Step}");
        violations.Require(request.Share >= 0, "share", $"expected at least 0, got {request.Share}");
        violations.Require(
            request.ParametersAt.Length <= LongestText && WorkerOptions.IsAddress(request.ParametersAt), "parameters_at", "expected an address such as http://host:port");
        violations.Require(
            request.SpecificationHash.Length == 64 && request.SpecificationHash.All(char.IsAsciiHexDigitLower), "specification_hash", "expected 64 lower-case hexadecimal digits");
        switch (request.WorkCase)
        {
            case ComputeShareRequest.WorkOneofCase.CreateParameters:
                break;
            case ComputeShareRequest.WorkOneofCase.Gradient:
                CheckGradient(request.Gradient, violations);
                break;
            case ComputeShareRequest.WorkOneofCase.Embedding:
                CheckVersion(request.Embedding.Version, "embedding", violations);
                CheckImages(request.Embedding.Images, Images, "embedding.images", violations);
                break;
            case ComputeShareRequest.WorkOneofCase.Scoring:
                CheckScoring(request.Scoring, violations);
                break;
            case ComputeShareRequest.WorkOneofCase.Ranking:
                CheckRanking(request.Ranking, violations);
                break;
            default:
                violations.Require(false, "work", "expected create_parameters, gradient, embedding, scoring or ranking, got none");
                break;
        }

        violations.ThrowIfAny();
    }

    /// <summary>Checks images and classes against the data set.</summary>
    /// <param name="request">A request that passed <see cref="Require"/>.</param>
    /// <param name="images">Images of the data set, further ones with them.</param>
    /// <param name="classes">Classes of the data set.</param>
    /// <exception cref="Grpc.Core.RpcException">Something is wrong.</exception>
    internal static void RequireInDataSet(ComputeShareRequest request, int images, int classes)
    {
        var violations = new Violations();
        if (request.WorkCase == ComputeShareRequest.WorkOneofCase.Embedding)
        {
            violations.RequireIndices(request.Embedding.Images.Images, images, "embedding.images.images");
        }
        else if (request.WorkCase == ComputeShareRequest.WorkOneofCase.Gradient)
        {
            for (int index = 0; index < request.Gradient.Episodes.Count && violations.None; index++)
            {
                Episode episode = request.Gradient.Episodes[index];
                violations.RequireIndices(episode.Pool.Images, images, $"gradient.episodes[{index}].pool.images");
                int[] classIndices = [.. episode.Groups.SelectMany(group => group.Concepts).Select(concept => concept.ClassIndex)];
                violations.RequireIndices(classIndices, classes, $"gradient.episodes[{index}].class_index");
            }
        }

        violations.ThrowIfAny();
    }

    /// <summary>Checks rows against the descriptors they mean.</summary>
    /// <param name="request">A request that passed <see cref="Require"/>.</param>
    /// <param name="rows">Rows of the descriptors.</param>
    /// <exception cref="Grpc.Core.RpcException">Something is wrong.</exception>
    internal static void RequireInDescriptors(ComputeShareRequest request, int rows)
    {
        var violations = new Violations();
        if (request.WorkCase == ComputeShareRequest.WorkOneofCase.Scoring)
        {
            for (int index = 0; index < request.Scoring.Groups.Count && violations.None; index++)
            {
                CheckGroup(request.Scoring.Groups[index], rows, $"scoring.groups[{index}]", violations);
            }
        }
        else
        {
            violations.RequireIndices(request.Ranking.Targets.Rows, rows, "ranking.targets.rows");
            for (int index = 0; index < request.Ranking.Supports.Count && violations.None; index++)
            {
                violations.RequireIndices(request.Ranking.Supports[index].Rows, rows, $"ranking.supports[{index}].rows");
            }
        }

        violations.ThrowIfAny();
    }

    private static void CheckGradient(GradientWork work, Violations violations)
    {
        CheckVersion(work.Version, "gradient", violations);
        violations.RequireCount(work.Leaves, 1, Leaves, "gradient.leaves");
        violations.RequireCount(work.Episodes.Count, 1, Math.Max(1, work.Leaves), "gradient.episodes");
        violations.Require(
            work.First >= 0 && work.First <= (long)work.Leaves - work.Episodes.Count,
            "gradient.first",
            $"expected 0 to {(long)work.Leaves - work.Episodes.Count} (leaves - episodes), got {work.First}");
        for (int index = 0; index < work.Episodes.Count && violations.None; index++)
        {
            CheckEpisode(work.Episodes[index], $"gradient.episodes[{index}]", violations);
        }
    }

    private static void CheckEpisode(Episode episode, string field, Violations violations)
    {
        EpisodeAddress? address = episode.Address;
        violations.Require(
            address is { Step: >= 0, Index: >= 0, Phase: EpisodePhase.Training or EpisodePhase.Validation or EpisodePhase.Test },
            $"{field}.address",
            "expected a phase and a step and an index of at least 0");
        if (!CheckImages(episode.Pool, Pool, $"{field}.pool", violations) || !violations.RequireCount(episode.Groups.Count, 1, Groups, $"{field}.groups"))
        {
            return;
        }

        for (int index = 0; index < episode.Groups.Count && violations.None; index++)
        {
            EpisodeGroup group = episode.Groups[index];
            CheckGroup(group, episode.Pool.Images.Count, $"{field}.groups[{index}]", violations);
            long cells = group.Concepts.Count * (Queries(group) + group.Concepts.Sum(concept => (long)concept.Support.Count));
            violations.Require(cells <= GradientCells, $"{field}.groups[{index}]", $"expected at most {GradientCells} pairs of a concept and an image, got {cells}");
        }
    }

    private static void CheckGroup(EpisodeGroup group, int pool, string field, Violations violations)
    {
        violations.RequireCount(group.Concepts.Count, 1, Groups, $"{field}.concepts");
        violations.RequireIndices(group.Distractors, pool, $"{field}.distractors");
        for (int index = 0; index < group.Concepts.Count && violations.None; index++)
        {
            Concept concept = group.Concepts[index];
            string name = $"{field}.concepts[{index}]";
            violations.Require(concept.ClassIndex >= 0, $"{name}.class_index", $"expected at least 0, got {concept.ClassIndex}");
            violations.Require(concept.QuarterTurns is >= 0 and <= 3, $"{name}.quarter_turns", $"expected 0 to 3, got {concept.QuarterTurns}");
            violations.Require(concept.Support.Count >= 1, $"{name}.support", "expected at least one image, got none");
            violations.Require(concept.Positives.Count >= 1, $"{name}.positives", "expected at least one image, got none");
            violations.RequireIndices(concept.Support, pool, $"{name}.support");
            violations.RequireIndices(concept.Positives, pool, $"{name}.positives");
            violations.Require(!concept.Positives.ToHashSet().Overlaps(concept.Support), $"{name}.positives", "expected images that are not in support, got one that is");
        }
    }

    private static void CheckScoring(ScoringWork work, Violations violations)
    {
        CheckVersion(work.Version, "scoring", violations);
        CheckHead(work.Head, work.Descriptors, "scoring", violations);
        violations.RequireCount(work.Groups.Count, 1, Groups, "scoring.groups");
        for (int index = 0; index < work.Groups.Count && violations.None; index++)
        {
            CheckGroup(work.Groups[index], int.MaxValue, $"scoring.groups[{index}]", violations);
        }

        long cells = work.Groups.Sum(group => group.Concepts.Count * Queries(group));
        violations.Require(cells <= ScoreCells, "scoring.groups", $"expected at most {ScoreCells} scores, got {cells}; send several shares");
    }

    private static void CheckRanking(RankingWork work, Violations violations)
    {
        CheckVersion(work.Version, "ranking", violations);
        CheckHead(work.Head, work.Descriptors, "ranking", violations);
        violations.RequireCount(work.Supports.Count, 1, Groups, "ranking.supports");
        for (int index = 0; index < work.Supports.Count; index++)
        {
            violations.Require(work.Supports[index].Rows.Count >= 1, $"ranking.supports[{index}].rows", "expected at least one row, got none");
        }

        int targets = work.Targets?.Rows.Count ?? 0;
        violations.Require(targets >= 1, "ranking.targets.rows", "expected at least one row, got none");
        violations.Require((long)work.Supports.Count * targets <= ScoreCells, "ranking.supports", $"expected at most {ScoreCells} scores; send several shares");
    }

    private static void CheckHead(ScoringHead head, string descriptors, string field, Violations violations)
    {
        violations.Require(head is ScoringHead.Job or ScoringHead.NearestMean, $"{field}.head", $"expected the job's head or nearest mean, got {head}");
        violations.Require(
            descriptors.Length is >= 1 and <= LongestText, $"{field}.descriptors", $"expected a name of 1 to {LongestText} characters, got {descriptors.Length}");
    }

    private static void CheckVersion(int version, string field, Violations violations)
        => violations.Require(version >= 0, $"{field}.version", $"expected at least 0, got {version}");

    private static bool CheckImages(ImageList? list, int most, string field, Violations violations)
    {
        int images = list?.Images.Count ?? 0;
        if (!violations.RequireCount(images, 1, most, $"{field}.images")
            || !violations.Require(list!.QuarterTurns.Count == images, $"{field}.quarter_turns", $"expected {images}, one for each image, got {list.QuarterTurns.Count}"))
        {
            return false;
        }

        violations.RequireIndices(list.QuarterTurns, 4, $"{field}.quarter_turns");
        violations.RequireIndices(list.Images, int.MaxValue, $"{field}.images");
        return violations.None;
    }

    private static long Queries(EpisodeGroup group) => group.Concepts.Sum(concept => (long)concept.Positives.Count) + group.Distractors.Count;
}
