namespace S2M.Coordinator.Tests.Exploration;

/// <summary>What an exploration saw.</summary>
/// <param name="States">Different states.</param>
/// <param name="Transitions">Steps between them.</param>
/// <param name="Ends">States from which nothing else can happen.</param>
/// <param name="IsWhole">Whether the depth was enough for all of them.</param>
public sealed record Explored(int States, int Transitions, int Ends, bool IsWhole);

/// <summary>
/// Walks every interleaving of a transition function to a stated depth, breadth first: each state once, by its key. Where something that must hold does not, it names the
/// shortest way there.
/// </summary>
/// <typeparam name="TWorld">The state together with what surrounds it: messages on their way, budgets of faults.</typeparam>
public sealed class Explorer<TWorld>
    where TWorld : class
{
    /// <summary>Names a state: two worlds of the same key have the same future.</summary>
    public required Func<TWorld, string> Key { get; init; }

    /// <summary>Everything that can happen next, each with its name.</summary>
    public required Func<TWorld, IEnumerable<(string Action, TWorld Next)>> Successors { get; init; }

    /// <summary>What is wrong with a world; null where nothing is.</summary>
    public required Func<TWorld, string?> Violation { get; init; }

    /// <summary>Walks.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="depth">Steps of the longest way that is walked.</param>
    /// <exception cref="ExplorationException">Something that must hold does not.</exception>
    public Explored Walk(TWorld start, int depth)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { Key(start) };
        var layer = new List<(TWorld World, Way? Way)> { (start, null) };
        Check(start, null);
        (int transitions, int ends) = (0, 0);
        for (int at = 0; at < depth && layer.Count > 0; at++)
        {
            var next = new List<(TWorld World, Way? Way)>();
            foreach ((TWorld world, Way? way) in layer)
            {
                int before = transitions;
                foreach ((string action, TWorld after) in Successors(world))
                {
                    transitions++;
                    var reached = new Way(way, action);
                    Check(after, reached);
                    if (seen.Add(Key(after)))
                    {
                        next.Add((after, reached));
                    }
                }

                ends += before == transitions ? 1 : 0;
            }

            layer = next;
        }

        return new Explored(seen.Count, transitions, ends, IsWhole: layer.Count == 0);
    }

    private void Check(TWorld world, Way? way)
    {
        if (Violation(world) is { } violation)
        {
            throw new ExplorationException($"{violation}\nafter: {string.Join("; ", Way.Actions(way))}\nin: {Key(world)}");
        }
    }

    private sealed record Way(Way? Before, string Action)
    {
        internal static Stack<string> Actions(Way? way)
        {
            var actions = new Stack<string>();
            for (Way? at = way; at is not null; at = at.Before)
            {
                actions.Push(at.Action);
            }

            return actions;
        }
    }
}

/// <summary>Something that must hold does not.</summary>
public sealed class ExplorationException(string message) : Exception(message);
