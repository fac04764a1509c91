using S2M.Data.Sampling;
using S2M.Model.ImplicitDifferentiation;
using S2M.Model.Losses;
using S2M.Numerics.Randomness;

namespace S2M.Model.Mixture;

/// <summary>Fit, scores, loss and their gradient for one group with mixtures of several components, as plain float64 (docs/decisions/0011).</summary>
public static class MixtureHead
{
    /// <summary>Fits the concepts, scores the queries, and adds the loss' gradient to the pool's.</summary>
    /// <param name="pool">Normalised descriptors, shape (P, D), row-major.</param>
    /// <param name="size">D.</param>
    /// <param name="group">Index lists into the pool.</param>
    /// <param name="settings">The head.</param>
    /// <param name="starts">Where the fit of each concept begins; one for each.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="temperature">T, greater than 0.</param>
    /// <param name="gradient">dL/ddescriptors, shape (P, D), row-major; added to.</param>
    /// <exception cref="Set2ModelException">There are not as many starts as concepts, or a concept cannot be fitted.</exception>
    public static GroupGradient AddGradient(
        ReadOnlySpan<double> pool,
        int size,
        EpisodeGroup group,
        MixtureHeadSettings settings,
        IReadOnlyList<MixtureStart> starts,
        GroupLoss loss,
        double temperature,
        Span<double> gradient)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(loss);
        int concepts = group.Concepts.Count;
        if (starts.Count != concepts)
        {
            throw new Set2ModelException($"starts: expected one for each of {concepts} concepts, got {starts.Count}; give as many");
        }

        int[] queryRows = [.. group.Concepts.SelectMany(concept => concept.Positives), .. group.Distractors];
        int[] owners = [.. group.Concepts.SelectMany((concept, index) => concept.Positives.Select(_ => index)), .. group.Distractors.Select(_ => -1)];
        double[] queries = Gather(pool, size, queryRows);
        double[] values = new double[concepts * queryRows.Length];
        var tally = new FitTally();
        var fits = new Fitted[concepts];
        for (int concept = 0; concept < concepts; concept++)
        {
            double[] support = Gather(pool, size, group.Concepts[concept].Support);
            (MixtureSolution scoring, MixtureSolution predicting) = settings.Fit(support, size, starts[concept]);
            tally.Add(scoring);
            if (!ReferenceEquals(scoring, predicting))
            {
                tally.Add(predicting);
            }

            fits[concept] = new Fitted(support, scoring, predicting, new MixtureScores(scoring.Mixture, queries, values.AsSpan(concept * queryRows.Length, queryRows.Length)));
        }

        var scores = new GroupScores(values, concepts, owners);
        double[] cotangents = new double[values.Length];
        LossValue value = loss.Evaluate(scores, temperature, cotangents);
        double[] queryGradient = new double[queries.Length];
        double logOffset = 0;
        double logPriorVariance = 0;
        double logPredictive = 0;
        for (int concept = 0; concept < concepts; concept++)
        {
            Fitted fit = fits[concept];
            MixtureCotangent cotangent = fit.Scores.Backward(cotangents.AsSpan(concept * queryRows.Length, queryRows.Length), queryGradient);
            if (fit.Scoring.IsStationary)
            {
                FitGradient through = settings.Adjoint.Backward(fit.Support, size, fit.Scoring, settings.Regularizer, cotangent);
                Scatter(through.Support, size, group.Concepts[concept].Support, gradient);
                logOffset += through.VarianceOffset * settings.Regularizer.VarianceOffset;
                logPriorVariance += through.PriorVariance * settings.Regularizer.PriorVariance;
                if (through.UsedRidge)
                {
                    tally.AddRidge();
                }

                if (settings.ChecksGradient)
                {
                    tally.AddCheck(new DirectionalCheck(fit.Support, size, fit.Scoring, settings.Regularizer, cotangent).Error(through.Support, Direction(fit.Support)));
                }
            }

            if (settings.LearnsPredictive)
            {
                logPredictive += PredictiveGradient(pool, size, group.Concepts[concept], fit, settings) / concepts;
            }
        }

        Scatter(queryGradient, size, queryRows, gradient);
        bool withoutOffset = loss.IsAffineInvariant && group.Concepts.All(concept => concept.Support.Count == 1);
        return new GroupGradient(
            value.Loss, scores.CountHits(), scores.Queries - group.Distractors.Count, withoutOffset ? 0 : logOffset, value.LogTemperatureGradient, value.FlatHistograms)
        {
            LogPriorVarianceGradient = withoutOffset ? 0 : logPriorVariance,
            LogPredictiveGradient = logPredictive,
            Fits = tally,
        };
    }

    // Of the mean negative log density of the positives, descriptors held fixed: the predictive offset is that under which what comes next is likely.
    private static double PredictiveGradient(ReadOnlySpan<double> pool, int size, Concept concept, Fitted fit, MixtureHeadSettings settings)
    {
        if (!fit.Predicting.IsStationary)
        {
            return 0;
        }

        double[] positives = Gather(pool, size, concept.Positives);
        double[] logDensities = new double[concept.Positives.Count];
        double[] cotangents = new double[concept.Positives.Count];
        Array.Fill(cotangents, -1.0 / cotangents.Length);
        MixtureCotangent cotangent = new MixtureScores(fit.Predicting.Mixture, positives, logDensities).Backward(cotangents, []);
        return settings.Adjoint.Backward(fit.Support, size, fit.Predicting, settings.Predictive, cotangent).VarianceOffset * settings.Predictive.VarianceOffset;
    }

    // Any that is no shift and no scaling of the examples, which hardly move responsibilities; it follows from them alone.
    private static double[] Direction(double[] support)
    {
        var random = new PhiloxRandom(BitConverter.DoubleToUInt64Bits(support[0]), RandomPurpose.GradientCheck);
        return [.. support.Select(_ => random.NextNormal())];
    }

    /// <summary>Rows of a pool, one after the other.</summary>
    internal static double[] Gather(ReadOnlySpan<double> pool, int size, IReadOnlyList<int> rows)
    {
        double[] gathered = new double[rows.Count * size];
        for (int at = 0; at < rows.Count; at++)
        {
            pool.Slice(rows[at] * size, size).CopyTo(gathered.AsSpan(at * size));
        }

        return gathered;
    }

    private static void Scatter(double[] gathered, int size, IReadOnlyList<int> rows, Span<double> target)
    {
        for (int at = 0; at < rows.Count; at++)
        {
            Span<double> row = target.Slice(rows[at] * size, size);
            for (int d = 0; d < size; d++)
            {
                row[d] += gathered[(at * size) + d];
            }
        }
    }

    private sealed record Fitted(double[] Support, MixtureSolution Scoring, MixtureSolution Predicting, MixtureScores Scores);
}
