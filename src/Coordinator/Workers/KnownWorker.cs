namespace S2M.Coordinator.Workers;

/// <summary>A worker in the directory's memory.</summary>
/// <param name="registration">Who it is.</param>
internal sealed class KnownWorker(WorkerRegistration registration)
{
    /// <summary>Who it is.</summary>
    internal WorkerRegistration Registration { get; set; } = registration;

    /// <summary>What it can be given.</summary>
    internal WorkerState State { get; private set; } = WorkerState.Ready;

    /// <summary>Why.</summary>
    internal string Reason { get; private set; } = "registered";

    /// <summary>Since when.</summary>
    internal DateTimeOffset Since { get; private set; }

    /// <summary>When this incarnation registered.</summary>
    internal DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When it was last heard of, for people.</summary>
    internal DateTimeOffset LastBeat { get; set; }

    /// <summary>The same on the directory's monotonic clock, for the lease.</summary>
    internal long BeatTimestamp { get; set; }

    /// <summary>Shares it finished since it registered.</summary>
    internal long Shares { get; set; }

    /// <summary>Changes the state; nothing where it is that already.</summary>
    /// <returns>Whether it changed.</returns>
    internal bool Move(WorkerState state, string reason, DateTimeOffset now)
    {
        if (State == state && Since != default)
        {
            return false;
        }

        (State, Reason, Since) = (state, reason, now);
        return true;
    }

    /// <summary>As lists show it.</summary>
    /// <param name="jobId">The job it is lent to.</param>
    internal WorkerView View(string jobId) => new(Registration, State, Reason, Since, LastBeat, jobId, Shares);

    /// <summary>As a row.</summary>
    internal WorkerRecord Record()
        => new(
            Registration.Id,
            Registration.Incarnation,
            Registration.Address,
            Registration.Device,
            Registration.NumericContract,
            Registration.Build,
            State,
            Reason,
            Since,
            RegisteredAt);

    /// <summary>As a job gets it.</summary>
    internal LentWorker Lend() => new(Registration.Id, Registration.Incarnation, Registration.Address, Registration.NumericContract);
}
