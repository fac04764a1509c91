using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Dispatch;

/// <summary>A share before it is leased.</summary>
/// <param name="Kind">What it is, for times and messages: create, gradient, embed, score, rank.</param>
/// <param name="Step">The step that it belongs to.</param>
/// <param name="Items">Episodes, images, groups or support sets.</param>
/// <param name="Fill">Writes the work into a request.</param>
/// <param name="Check">Refuses an answer that is whole and of another shape: <see cref="ShareAnswer.Require"/>.</param>
internal sealed record ShareWork(string Kind, int Step, int Items, Action<Wire.ComputeShareRequest> Fill, Action<ShareAnswer> Check)
{
    /// <summary>Whether a second worker must give the same numbers.</summary>
    internal bool IsAudited { get; init; }
}
