using S2M.Client.Connections;
using S2M.Protos.V1;

namespace S2M.Client.Schedules;

/// <summary>Schedules of a server, in the client's namespace.</summary>
public sealed class SchedulesClient
{
    private readonly Connection _connection;
    private readonly ScheduleService.ScheduleServiceClient _service;

    internal SchedulesClient(Connection connection)
    {
        _connection = connection;
        _service = new ScheduleService.ScheduleServiceClient(connection.Invoker);
    }

    private ClientOptions Options => _connection.Options;

    /// <summary>Makes a schedule. Namespace, actor and request id are filled in where they are empty.</summary>
    /// <param name="request">When, and which job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">InvalidArgument: the violations say why; AlreadyExists; or the server could not be reached.</exception>
    public async Task<Schedule> CreateAsync(CreateScheduleRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var filled = new CreateScheduleRequest(request)
        {
            Namespace = request.Namespace.Length > 0 ? request.Namespace : Options.Namespace,
            Actor = request.Actor.Length > 0 ? request.Actor : Options.Actor,
            RequestId = request.RequestId.Length > 0 ? request.RequestId : Chance.NewRequestId(),
        };
        return (await _connection.UnaryAsync(
            "Schedules.Create", Options.SubmitDeadline, options => _service.CreateScheduleAsync(filled, options), cancellationToken)).Schedule;
    }

    /// <summary>A schedule with its newest runs.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached.</exception>
    public Task<GetScheduleResponse> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        var request = new GetScheduleRequest { Name = name, Namespace = Options.Namespace };
        return _connection.UnaryAsync("Schedules.Get", Options.Deadline, options => _service.GetScheduleAsync(request, options), cancellationToken);
    }

    /// <summary>All schedules, by name.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">The server could not be reached.</exception>
    public async Task<IReadOnlyList<Schedule>> ListAsync(CancellationToken cancellationToken = default)
    {
        var request = new ListSchedulesRequest { Namespace = Options.Namespace };
        return (await _connection.UnaryAsync("Schedules.List", Options.Deadline, options => _service.ListSchedulesAsync(request, options), cancellationToken)).Schedules;
    }

    /// <summary>No run begins by the clock until it is resumed.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached.</exception>
    public async Task<Schedule> PauseAsync(string name, CancellationToken cancellationToken = default)
    {
        var request = new PauseScheduleRequest { Name = name, Namespace = Options.Namespace, RequestId = Chance.NewRequestId(), Actor = Options.Actor };
        return (await _connection.UnaryAsync("Schedules.Pause", Options.Deadline, options => _service.PauseScheduleAsync(request, options), cancellationToken)).Schedule;
    }

    /// <summary>Takes a pause back.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached.</exception>
    public async Task<Schedule> ResumeAsync(string name, CancellationToken cancellationToken = default)
    {
        var request = new ResumeScheduleRequest { Name = name, Namespace = Options.Namespace, RequestId = Chance.NewRequestId(), Actor = Options.Actor };
        return (await _connection.UnaryAsync("Schedules.Resume", Options.Deadline, options => _service.ResumeScheduleAsync(request, options), cancellationToken)).Schedule;
    }

    /// <summary>Removes a schedule; its jobs stay.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached.</exception>
    public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        var request = new DeleteScheduleRequest { Name = name, Namespace = Options.Namespace, RequestId = Chance.NewRequestId(), Actor = Options.Actor };
        return _connection.UnaryAsync("Schedules.Delete", Options.Deadline, options => _service.DeleteScheduleAsync(request, options), cancellationToken);
    }

    /// <summary>Begins a run now, whatever the clock says.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached.</exception>
    public async Task<ScheduleRun> RunAsync(string name, CancellationToken cancellationToken = default)
    {
        var request = new RunScheduleRequest { Name = name, Namespace = Options.Namespace, RequestId = Chance.NewRequestId(), Actor = Options.Actor };
        return (await _connection.UnaryAsync("Schedules.Run", Options.SubmitDeadline, options => _service.RunScheduleAsync(request, options), cancellationToken)).Run;
    }
}
