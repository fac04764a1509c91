using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace S2M.Cli.Tests.Transfers;

/// <summary>A web server with files, and bad habits at will.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FileServer(WebApplication application)
    {
        _application = application;
        application.Run(AnswerAsync);
    }

    internal Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>After how many bytes the next answers are cut, in turn.</summary>
    internal ConcurrentQueue<int> Cuts { get; } = new();

    /// <summary>Whether Range is heard.</summary>
    internal bool KnowsRange { get; set; } = true;

    /// <summary>The Range of every request; empty for none.</summary>
    internal ConcurrentQueue<string> Ranges { get; } = new();

    internal Uri Address => new($"{_application.Urls.Single()}/files/");

    internal static async Task<FileServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new FileServer(builder.Build());
        await server._application.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (!Files.TryGetValue(Path.GetFileName(context.Request.Path.Value!), out byte[]? file) || !context.Request.Path.StartsWithSegments("/files", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        string range = context.Request.Headers.Range.ToString();
        Ranges.Enqueue(range);
        int first = 0;
        if (KnowsRange && range.Length > 0)
        {
            first = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
            if (first >= file.Length)
            {
                context.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                context.Response.Headers.ContentRange = $"bytes */{file.Length}";
                return;
            }

            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = $"bytes {first}-{file.Length - 1}/{file.Length}";
        }

        context.Response.ContentLength = file.Length - first;
        int count = Cuts.TryDequeue(out int cut) ? Math.Min(cut, file.Length - first) : file.Length - first;
        await context.Response.Body.WriteAsync(file.AsMemory(first, count));
        await context.Response.Body.FlushAsync();
        if (count < file.Length - first)
        {
            context.Abort();
        }
    }
}
