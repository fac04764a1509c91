namespace S2M.Coordinator.Training;

/// <summary>Where the metrics that the loop reads stand among a network's: by name, so that a worker may name them in any order and add its own.</summary>
internal sealed class LeafMetrics
{
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
