namespace S2M.Coordinator.Hosting;

/// <summary>Where workers reach this silo; known once it listens.</summary>
internal sealed class ServiceAddress
{
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the silo listens: <c>http://host:port</c>.</summary>
    internal Task<string> Value => _address.Task;

    /// <summary>The silo listens.</summary>
    internal void Set(string address) => _address.TrySetResult(address);
}
