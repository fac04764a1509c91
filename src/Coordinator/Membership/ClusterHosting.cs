using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Serialization;
using S2M.Coordinator.Hosting;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Membership;

/// <summary>Makes the process a silo: of a cluster in PostgreSQL, or of its own with SQLite.</summary>
internal static class ClusterHosting
{
    // A silo without so many signs of life has no vote, and one that joins does not wait for it.
    private const int MissedSignsOfLife = 3;

    /// <summary>Adds the silo, where it is and who else is there.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="settings">The process.</param>
    /// <param name="configuration">The whole configuration.</param>
    internal static ISiloBuilder UseCluster(this ISiloBuilder silo, CoordinatorSettings settings, IConfiguration configuration)
    {
        silo.Services.AddOptions<MembershipOptions>().BindConfiguration(MembershipOptions.Section).ValidateDataAnnotations().ValidateOnStart()
            .Validate(
                options => options.LongestProbe >= options.ProbeTimeout,
                "Membership:LongestProbe: expected at least Membership:ProbeTimeout, got less. Raise it, or lower the other.");
        var membership = new MembershipOptions();
        configuration.GetSection(MembershipOptions.Section).Bind(membership);
        var storage = new StorageOptions();
        configuration.GetSection(StorageOptions.Section).Bind(storage);
        if (storage.Provider == StorageOptions.PostgreSql)
        {
            JoinDatabase(silo, settings, membership);
        }
        else
        {
            // Clients come over gRPC: no silo needs a gateway.
            silo.UseLocalhostClustering(FreePorts.Take(), gatewayPort: 0, primarySiloEndpoint: null, membership.ServiceId, membership.ClusterId);
        }

        silo.Services.AddSingleton<Silos>();
        silo.Services.AddPlacementDirector<JobPlacement, JobPlacementDirector>();

        // Errors of ours pass from silo to silo as what they are.
        silo.Services.Configure<ExceptionSerializationOptions>(options => options.SupportedNamespacePrefixes.Add("S2M"));
        silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(60));
        return silo.AddActivityPropagation();
    }

    private static void JoinDatabase(ISiloBuilder silo, CoordinatorSettings settings, MembershipOptions membership)
    {
        SiloEndpoint endpoint = SiloEndpoint.Of(settings);
        silo.UseAdoNetClustering(options => options.Configure<Database>((clustering, database) =>
        {
            clustering.Invariant = "Npgsql";
            clustering.ConnectionString = ((PostgreSqlDatabase)database).ConnectionString;
        }));
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (membership.ClusterId, membership.ServiceId));
        silo.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = endpoint.Advertised;
            options.SiloPort = endpoint.Port;
            options.SiloListeningEndpoint = new System.Net.IPEndPoint(endpoint.Listen, endpoint.Port);
            options.GatewayPort = 0;
        });
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = membership.ProbeTimeout;
            options.MaxProbeTimeout = membership.LongestProbe;
            options.NumMissedProbesLimit = membership.MissedProbes;
            options.NumVotesForDeathDeclaration = membership.Votes;
            options.DeathVoteExpirationTimeout = membership.DeathVoteExpiry;
            options.IAmAliveTablePublishTimeout = membership.IAmAlivePeriod;
            options.NumMissedTableIAmAliveLimit = MissedSignsOfLife;
            options.TableRefreshTimeout = membership.TableRefresh;
        });
#pragma warning disable ORLEANSEXP003 // The other directory ends every activation that a dead silo had listed, and with it loops that run on living ones.
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003

        // By default grains of a dead silo stay away for half a minute, in case it does not know of its death. Ours need not: epochs keep the loops apart.
        silo.Configure<GrainDirectoryOptions>(options => options.RangeLeaseDuration = TimeSpan.Zero);
    }
}
