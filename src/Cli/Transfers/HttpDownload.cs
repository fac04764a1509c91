using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using S2M.Cli.Commands;
using S2M.Client;

namespace S2M.Cli.Transfers;

/// <summary>Downloads published files: goes on where it was cut, by Range where the server knows that, and takes nothing whose MD5 is another one.</summary>
/// <param name="http">Asks.</param>
/// <param name="time">Measures pauses.</param>
/// <param name="pause">The pause after a first failure; it doubles with each further one.</param>
internal sealed class HttpDownload(HttpClient http, TimeProvider time, TimeSpan pause)
{
    /// <summary>Failures in a row, without a byte in between, that end a download.</summary>
    internal const int Attempts = 5;

    private const int BufferSize = 128 * 1024;

    /// <summary>Downloads a file; what is there already with the right MD5 is left as it is.</summary>
    /// <param name="file">What.</param>
    /// <param name="address">The base address, ending in a slash.</param>
    /// <param name="folder">Where it is to lie; made where it is absent. It grows as <c>NAME.part</c>.</param>
    /// <param name="progress">Is told how far it came.</param>
    /// <param name="cancellationToken">Gives up; what arrived stays.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="CommandException">The server refused, was gone for too long, or sent other bytes.</exception>
    internal async Task<string> GetAsync(PublishedFile file, Uri address, string folder, IProgress<TransferProgress> progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, file.Name);
        if (File.Exists(path) && await HashAsync(path, cancellationToken) == file.Md5)
        {
            return path;
        }

        string part = $"{path}.part";
        bool continued = File.Exists(part) && new FileInfo(part).Length > 0;
        await ReceiveAsync(new Uri(address, file.Name), part, progress, cancellationToken);
        string found = await HashAsync(part, cancellationToken);
        if (found != file.Md5 && continued)
        {
            // What lay there was of another file.
            File.Delete(part);
            await ReceiveAsync(new Uri(address, file.Name), part, progress, cancellationToken);
            found = await HashAsync(part, cancellationToken);
        }

        if (found != file.Md5)
        {
            File.Delete(part);
            throw new CommandException(ExitCodes.Failed, $"{new Uri(address, file.Name)}: expected MD5 {file.Md5}, got {found}; try again, or give another --url");
        }

        File.Move(part, path, overwrite: true);
        return path;
    }

    private async Task ReceiveAsync(Uri address, string part, IProgress<TransferProgress> progress, CancellationToken cancellationToken)
    {
        await using var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        int failures = 0;
        while (true)
        {
            long before = target.Length;
            try
            {
                await ReceiveOnceAsync(address, target, progress, cancellationToken);
                return;
            }
            catch (HttpRequestException problem) when (!cancellationToken.IsCancellationRequested)
            {
                failures = target.Length > before ? 1 : failures + 1;
                if (failures >= Attempts || problem.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
                {
                    throw new CommandException(
                        ExitCodes.Failed,
                        $"{address}: expected the file, got: {problem.GetBaseException().Message}; check the network and --url. What arrived stays for the next try");
                }

                await Task.Delay(pause * (1 << (failures - 1)), time, cancellationToken);
            }
        }
    }

    private async Task ReceiveOnceAsync(Uri address, FileStream target, IProgress<TransferProgress> progress, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (target.Length > 0)
        {
            request.Headers.Range = new RangeHeaderValue(target.Length, null);
        }

        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            if (response.Content.Headers.ContentRange?.Length == target.Length)
            {
                return;
            }

            target.SetLength(0);
        }

        response.EnsureSuccessStatusCode();
        if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != target.Length)
        {
            // A server that knows no Range sends the whole.
            target.SetLength(0);
        }

        long total = target.Length + (response.Content.Headers.ContentLength ?? 0);
        target.Position = target.Length;
        await using Stream content = await response.Content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = new byte[BufferSize];
        while (await ReadAsync(content, buffer, cancellationToken) is var read and > 0)
        {
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            progress.Report(new TransferProgress(target.Position, total));
        }

        await target.FlushAsync(cancellationToken);
    }

    // A connection that breaks is told from a disk that is full.
    private static async Task<int> ReadAsync(Stream content, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await content.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException problem)
        {
            throw new HttpRequestException(problem.Message, problem);
        }
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(path);
#pragma warning disable CA5351 // MD5 is what the authors published; it guards against damage and mix-ups, not against forgers.
        return Convert.ToHexStringLower(await MD5.HashDataAsync(file, cancellationToken));
#pragma warning restore CA5351
    }
}
