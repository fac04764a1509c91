using Grpc.Core;

namespace S2M.Coordinator.Tests.Services;

/// <summary>Keeps what a service streams.</summary>
/// <typeparam name="T">The messages.</typeparam>
/// <param name="on">Is told of each message after it was kept.</param>
internal sealed class ListWriter<T>(Action<T> on) : IServerStreamWriter<T>
{
    internal List<T> Written { get; } = [];

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message)
    {
        Written.Add(message);
        on(message);
        return Task.CompletedTask;
    }

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return WriteAsync(message);
    }
}
