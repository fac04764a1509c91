using System.Diagnostics;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using S2M.Data;
using S2M.Data.Images;
using S2M.Protos.V1;
using S2M.Worker.Diagnostics;

namespace S2M.Worker.Images;

/// <summary>
/// Data sets that the coordinator has: from the path it registered where that holds the same images here, else its content, pulled by hash into a cache.
/// A fetch that is cut goes on where it stopped, in this process or the next.
/// </summary>
/// <param name="service">The coordinator's data sets.</param>
/// <param name="cache">Where contents are kept.</param>
/// <param name="options">How often and how fast a fetch goes on.</param>
/// <param name="instruments">Counts bytes and time.</param>
/// <param name="time">Waits.</param>
/// <param name="log">Is told of fetches and paths that do not match.</param>
internal sealed partial class FetchedDataSets(
    DataSetService.DataSetServiceClient service, ContentCache cache, FetchOptions options, WorkerInstruments instruments, TimeProvider time, ILogger<FetchedDataSets> log)
    : IDataSetSource
{
    private const long LargestManifest = 64 << 20;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task<IDataSet> OpenAsync(string version, CancellationToken cancellationToken)
    {
        (string name, string sha256) = Split(version);
        using Activity? activity = WorkerActivities.Source.StartActivity("fetch data set");
        activity?.SetTag("data_version", version);
        DataSet known = (await service.GetDataSetAsync(
            new GetDataSetRequest { Version = version }, deadline: (time.GetUtcNow() + AnswerTimeout).UtcDateTime, cancellationToken: cancellationToken)).DataSet;
        if (known.Path.Length > 0 && OpenPath(version, name, known.Path) is { } here)
        {
            return here;
        }

        if (known.BuiltIn || known.ManifestBytes is < 1 or > LargestManifest || known.ContentBytes <= known.ManifestBytes)
        {
            throw new DataException(
                $"data set '{version}': expected a content to fetch, got built_in {known.BuiltIn}, {known.ManifestBytes} bytes of manifest and {known.ContentBytes} in all; "
                + "run a worker of the coordinator's build");
        }

        await BringAsync(sha256, known, cancellationToken);
        return Require(version, DataSets.OpenContent(name, cache.PathOf(sha256), known.ManifestBytes, sha256: sha256));
    }

    private static (string Name, string Sha256) Split(string version)
        => version.Split('@') is [{ Length: > 0 } name, { Length: 64 } sha256] && sha256.All(char.IsAsciiHexDigitLower)
            ? (name, sha256)
            : throw new DataException($"data set version: expected name@sha256, got '{version}'; the job names none");

    private static ImageDataSet Require(string version, ImageDataSet dataSet)
    {
        if (dataSet.Version == version)
        {
            return dataSet;
        }

        string got = dataSet.Version;
        dataSet.Dispose();
        throw new DataException($"data set: expected version '{version}', got '{got}'; register it again");
    }

    private ImageDataSet? OpenPath(string version, string name, string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            return null;
        }

        try
        {
            return Require(version, DataSets.Open(name, path));
        }
        catch (DataException problem)
        {
            LogPathUnusable(path, problem.Message);
            return null;
        }
    }

    private async Task BringAsync(string sha256, DataSet known, CancellationToken cancellationToken)
    {
        while (!cache.Touch(sha256))
        {
            FileStream? partial = cache.OpenPartial(sha256);
            if (partial is null)
            {
                // Another process brings it; a partial file has one writer.
                await Task.Delay(options.Pause, time, cancellationToken);
                continue;
            }

            await using (partial)
            {
                if (cache.Touch(sha256))
                {
                    cache.Drop(sha256);
                    return;
                }

                cache.MakeRoom(sha256, known.ContentBytes);
                await FetchAsync(sha256, known, partial, cancellationToken);
                await cache.CompleteAsync(sha256, partial, known.ManifestBytes, cancellationToken);
            }
        }
    }

    private async Task FetchAsync(string sha256, DataSet known, FileStream partial, CancellationToken cancellationToken)
    {
        if (partial.Length > known.ContentBytes)
        {
            partial.SetLength(0);
        }

        LogFetching(known.Version, partial.Length, known.ContentBytes);
        long started = time.GetTimestamp();
        int attempts = 0;
        while (partial.Length < known.ContentBytes)
        {
            long before = partial.Length;
            try
            {
                await FetchRunAsync(sha256, known, partial, cancellationToken);
            }
            catch (RpcException cut) when (cut.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown or StatusCode.Aborted or StatusCode.Cancelled)
            {
                cancellationToken.ThrowIfCancellationRequested();
                attempts = partial.Length > before ? 0 : attempts + 1;
                if (attempts >= options.Attempts)
                {
                    throw;
                }

                LogCut(known.Version, partial.Length, cut.Status.Detail);
                await Task.Delay(options.Pause, time, cancellationToken);
            }
        }

        instruments.Fetched("data_set", time.GetElapsedTime(started));
        LogFetched(known.Version, known.ContentBytes);
    }

    private async Task FetchRunAsync(string sha256, DataSet known, FileStream partial, CancellationToken cancellationToken)
    {
        using AsyncServerStreamingCall<FetchContentResponse> call =
            service.FetchContent(new FetchContentRequest { Sha256 = sha256, Offset = partial.Length }, cancellationToken: cancellationToken);
        try
        {
            await foreach (FetchContentResponse run in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                if (partial.Length + run.Data.Length > known.ContentBytes)
                {
                    throw new DataException($"data set '{known.Version}': expected {known.ContentBytes} bytes, got more; register it again");
                }

                await partial.WriteAsync(run.Data.Memory, cancellationToken);
                instruments.Received("data_set", run.Data.Length);
            }
        }
        finally
        {
            await partial.FlushAsync(CancellationToken.None);
        }

        if (partial.Length < known.ContentBytes)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"content {sha256}: the stream ended after {partial.Length} of {known.ContentBytes} bytes"));
        }
    }
}
