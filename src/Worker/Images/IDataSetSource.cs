using S2M.Data.Images;

namespace S2M.Worker.Images;

/// <summary>Where data set versions come from that are not at hand.</summary>
internal interface IDataSetSource
{
    /// <summary>Opens a version, wherever it has to be brought from.</summary>
    /// <param name="version"><c>name@sha256</c>.</param>
    /// <param name="cancellationToken">Stops; what was brought so far may be kept.</param>
    /// <returns>The version; its caller disposes it.</returns>
    /// <exception cref="Data.DataException">It does not exist, or what came is not it.</exception>
    /// <exception cref="WorkerException">It cannot be kept here.</exception>
    /// <exception cref="Grpc.Core.RpcException">It cannot be had at the moment.</exception>
    Task<IDataSet> OpenAsync(string version, CancellationToken cancellationToken);
}
