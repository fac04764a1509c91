namespace S2M.Coordinator.Training;

/// <summary>Where the metrics that the loop reads stand among a network's: by name, so that a worker may name them in any order and add its own.</summary>
internal sealed class LeafMetrics
{
    // Those of mixtures, in the order of a fit history; a network without any may leave them out.
    private static readonly string[] FitNames =
        ["fits", "components", "iteration_limits", "collapsed_fits", "too_few_examples", "singular_gradients", "gradient_checks", "failed_gradient_checks"];

    private readonly int[] _fits;

    /// <summary>Finds the metrics.</summary>
    /// <param name="names"><see cref="NetworkDefinition.MetricNames"/>.</param>
    /// <exception cref="CoordinatorException">One is missing.</exception>
    internal LeafMetrics(IReadOnlyList<string> names)
    {
        Loss = IndexOf(names, "loss");
        Hits = IndexOf(names, "hits");
        Queries = IndexOf(names, "queries");
        ZeroDescriptors = IndexOf(names, "zero_descriptors");
        FlatHistograms = IndexOf(names, "flat_histograms");
        _fits = [.. FitNames.Select(name => names.ToList().IndexOf(name))];
    }

    /// <summary>Sum of the episodes' losses.</summary>
    internal int Loss { get; }

    /// <summary>Queries whose best concept was their own.</summary>
    internal int Hits { get; }

    /// <summary>All queries.</summary>
    internal int Queries { get; }

    /// <summary>Images whose descriptor was zero.</summary>
    internal int ZeroDescriptors { get; }

    /// <summary>Concepts whose scores were all alike.</summary>
    internal int FlatHistograms { get; }

    /// <summary>How a step's mixtures were fitted; null where there were none.</summary>
    /// <param name="metrics">Sums over the step's episodes.</param>
    internal FitHistory? FitsOf(double[] metrics)
    {
        long[] counts = [.. _fits.Select(index => index < 0 ? 0 : (long)metrics[index])];
        return counts[0] == 0 ? null : new FitHistory(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6], counts[7]);
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (int index = 0; index < names.Count; index++)
        {
            if (names[index] == name)
            {
                return index;
            }
        }

        throw new CoordinatorException($"network: expected a metric '{name}', got {string.Join(", ", names)}; workers must build the job's own network");
    }
}
