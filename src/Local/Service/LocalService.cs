using System.Globalization;
using S2M.Client;
using S2M.Coordinator;

namespace S2M.Local.Service;

/// <summary>A coordinator and workers as processes of this machine, or the service that already runs for the folder.</summary>
internal sealed class LocalService : IAsyncDisposable
{
    // Whatever ends processes so often would end the next one, too.
    private const int MostRestarts = 20;

    private readonly ServiceFolder _folder;
    private readonly Lock _lock = new();
    private bool _isEnding;
    private int _restarts;
    private readonly List<ServiceProcess> _processes = [];

    private LocalService(ServiceFolder folder, Uri address, bool isOurs)
    {
        _folder = folder;
        Client = S2MClient.Connect(new ClientOptions { Address = address, Token = folder.Token(), Actor = Environment.UserName });
        IsOurs = isOurs;
    }

    /// <summary>Calls to it.</summary>
    internal S2MClient Client { get; }

    /// <summary>Whether it ends with this process.</summary>
    internal bool IsOurs { get; }

    /// <summary>
    /// Starts processes that end by themselves again, the coordinator where it was, so that workers and followers find it; completes when one ends that never listened, or one too
    /// many, with what it left.
    /// </summary>
    internal async Task<string> LostAsync()
    {
        while (true)
        {
            ServiceProcess[] all = [.. _processes];
            int ended = Array.IndexOf(all, await await Task.WhenAny(all.Select(async process =>
            {
                await process.Exited;
                return process;
            })));
            string remains = all[ended].Remains;
            lock (_lock)
            {
                if (_isEnding || !all[ended].HasListened || _restarts++ == MostRestarts)
                {
                    return remains;
                }

                _processes[ended] = ended == 0 ? StartCoordinator(_folder, Client.Options.Address.Authority) : StartWorker(ended);
            }

            await all[ended].DisposeAsync();
            await Console.Error.WriteLineAsync($"{remains}; it is started again");
        }
    }

    /// <summary>Uses the service of a folder, or starts one.</summary>
    /// <param name="folder">State, logs, token.</param>
    /// <param name="workers">Worker processes, one training thread each, at least 1.</param>
    /// <param name="listen">Where the coordinator listens; port 0 for any that is free.</param>
    /// <param name="cancellationToken">Gives up; what was started is ended.</param>
    /// <exception cref="CoordinatorException">A process could not start.</exception>
    internal static async Task<LocalService> StartOrJoinAsync(ServiceFolder folder, int workers, string listen, CancellationToken cancellationToken)
        => await JoinAsync(folder, cancellationToken) ?? await StartAsync(folder, workers, listen, cancellationToken);

    /// <summary>The service that runs for a folder, or null.</summary>
    internal static async Task<LocalService?> JoinAsync(ServiceFolder folder, CancellationToken cancellationToken)
    {
        if (folder.Announced() is not { } address)
        {
            return null;
        }

        var service = new LocalService(folder, new Uri(address), isOurs: false);
        try
        {
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            soon.CancelAfter(TimeSpan.FromSeconds(2));
            await service.Client.Workers.ListAsync(cancellationToken: soon.Token);
            return service;
        }
        catch (Exception problem) when (problem is S2MException or OperationCanceledException)
        {
            await service.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>Starts a service for a folder.</summary>
    /// <inheritdoc cref="StartOrJoinAsync"/>
    internal static async Task<LocalService> StartAsync(ServiceFolder folder, int workers, string listen, CancellationToken cancellationToken)
    {
        _ = folder.Token();
        ServiceProcess coordinator = StartCoordinator(folder, listen);
        LocalService? service = null;
        try
        {
            string address = await coordinator.ListensAsync(cancellationToken);
            service = new LocalService(folder, new Uri(address), isOurs: true);
            service._processes.Add(coordinator);
            for (int index = 1; index <= workers; index++)
            {
                service._processes.Add(service.StartWorker(index));
            }

            foreach (ServiceProcess worker in service._processes.Skip(1))
            {
                await worker.ListensAsync(cancellationToken);
            }

            folder.Announce(address);
            return service;
        }
        catch
        {
            if (service is null)
            {
                await coordinator.DisposeAsync();
            }
            else
            {
                await service.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Ends our processes: the coordinator first, so that its loops keep their last step, then the workers.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isEnding = true;
        }

        if (_processes.Count > 0)
        {
            _folder.Withdraw();
        }

        await Client.DisposeAsync();
        if (_processes.Count > 0)
        {
            await _processes[0].DisposeAsync();
            await Task.WhenAll(_processes.Skip(1).Select(worker => worker.DisposeAsync().AsTask()));
        }
    }

    private static ServiceProcess StartCoordinator(ServiceFolder folder, string listen)
        => ServiceProcess.Start("S2M.Coordinator.dll", "coordinator", folder.Logs, ["--listen", listen, "--state", folder.State, "--token-file", folder.TokenFile]);

    private ServiceProcess StartWorker(int number)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"worker-{number}");
        string address = Client.Options.Address.ToString();
        return ServiceProcess.Start(
            "S2M.Worker.dll",
            name,
            _folder.Logs,
            ["--coordinator", address.TrimEnd('/'), "--name", name, "--token-file", _folder.TokenFile, "--cache", Path.Combine(_folder.Location, "cache", name)]);
    }
}
