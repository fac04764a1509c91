using System.Text.Json.Serialization;

namespace S2M.Specification;

/// <summary>A run of image positions within each drawn class: <c>first</c> to <c>last</c>, both included, from 0.</summary>
/// <param name="First">First position.</param>
/// <param name="Last">Last position, at least <paramref name="First"/>.</param>
public readonly record struct PositionRange(int First, int Last)
{
    /// <summary>How many positions the range holds.</summary>
    [JsonIgnore]
    public int Count => Last - First + 1;

    /// <summary>As job files have it: <c>0-4</c>, or <c>0</c> for one position.</summary>
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}

/// <summary>A group: which of each class' drawn images form the support and which the queries. Written <c>{support: 0-4, queries: 5-9}</c>.</summary>
/// <param name="Support">Positions of the support images.</param>
/// <param name="Queries">Positions of the query images; disjoint from <paramref name="Support"/>.</param>
public sealed record GroupSpecification(PositionRange Support, PositionRange Queries);

/// <summary>How the images of a polysemous concept are divided among its modes.</summary>
public enum ModeWeighting
{
    /// <summary>Equally.</summary>
    Balanced,

    /// <summary>As 6 : 3 : 1, of which two modes are the first two.</summary>
    Skewed,
}

/// <summary>What a training episode is made of: classes x images, split into roles by its groups.</summary>
public sealed record EpisodeSpecification
{
    /// <summary>Concepts drawn for an episode, at least 2.</summary>
    public int Classes { get; init; } = 30;

    /// <summary>Images drawn for each concept, at least 2.</summary>
    public int ImagesPerClass { get; init; } = 10;

    /// <summary>Classes that a concept is the union of, 1 to 3, drawn anew for every episode.</summary>
    [LaterField]
    public int Modes { get; init; } = 1;

    /// <summary>How a concept's images are divided among its modes.</summary>
    [LaterField]
    public ModeWeighting ModeWeights { get; init; }

    /// <summary>The groups; each is one term of the episode's loss, all with equal weight. Support sizes must be alike within a group only.</summary>
    public IReadOnlyList<GroupSpecification> Groups { get; init; } =
    [
        new(new(0, 4), new(5, 9)),
        new(new(5, 9), new(0, 4)),
        new(new(0, 0), new(5, 9)),
        new(new(5, 5), new(0, 4)),
    ];
}
