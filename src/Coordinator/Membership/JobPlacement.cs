using Orleans.Placement;

namespace S2M.Coordinator.Membership;

/// <summary>A job is placed where its loop is, or else at the silo that runs the fewest jobs.</summary>
[GenerateSerializer, Immutable, SuppressReferenceTracking, Alias("s2m.job-placement")]
internal sealed class JobPlacement : PlacementStrategy;

/// <summary>Marks a grain class that is placed by <see cref="JobPlacement"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class JobPlacementAttribute() : PlacementAttribute(new JobPlacement());
