namespace S2M.Coordinator.Membership;

/// <summary>The silos of the cluster, as jobs' rows name them: <c>address:port@start</c>. A silo that starts again is another one.</summary>
/// <param name="local">This one.</param>
/// <param name="membership">All of them.</param>
internal sealed class Silos(ILocalSiloDetails local, IClusterMembershipService membership)
{
    /// <summary>This silo.</summary>
    internal string Self => NameOf(local.SiloAddress);

    /// <summary>How a row names a silo.</summary>
    internal static string NameOf(SiloAddress silo) => silo.ToParsableString();

    /// <summary>
    /// Whether a silo lives and keeps its loops. One that shuts down has ended them already. One that nobody heard of is looked for in the database before it counts
    /// as dead: it may have joined a moment ago.
    /// </summary>
    /// <param name="name">The silo, as a row names it; empty for none.</param>
    internal async ValueTask<bool> IsAliveAsync(string name)
    {
        if (name.Length == 0)
        {
            return false;
        }

        if (Find(name) is not { } found)
        {
            await membership.Refresh(default);
            found = Find(name) ?? SiloStatus.None;
        }

        return found == SiloStatus.Active;
    }

    private SiloStatus? Find(string name)
        => membership.CurrentSnapshot.Members.Values.FirstOrDefault(member => NameOf(member.SiloAddress) == name)?.Status;
}
