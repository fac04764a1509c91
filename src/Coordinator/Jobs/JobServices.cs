using Microsoft.Extensions.Options;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.DataSets;
using S2M.Coordinator.Dispatch;
using S2M.Coordinator.Hosting;
using S2M.Coordinator.Parameters;
using S2M.Coordinator.Security;

namespace S2M.Coordinator.Jobs;

/// <summary>What a loop needs of its silo.</summary>
/// <param name="Store">The jobs' rows.</param>
/// <param name="History">Their metrics and logs.</param>
/// <param name="Folders">Their files.</param>
/// <param name="Checkpoints">Their checkpoints' bytes.</param>
/// <param name="DataSets">Opens data sets.</param>
/// <param name="Arrays">What workers pull.</param>
/// <param name="Token">What workers expect.</param>
/// <param name="Address">Where workers reach this silo.</param>
/// <param name="Dispatch">Leases.</param>
/// <param name="Time">The clock.</param>
internal sealed record JobServices(
    IJobStore Store,
    IJobHistory History,
    JobFolders Folders,
    ICheckpointBlobs Checkpoints,
    DataSetLibrary DataSets,
    PublishedArrays Arrays,
    AccessToken Token,
    ServiceAddress Address,
    IOptions<DispatchOptions> Dispatch,
    TimeProvider Time);
