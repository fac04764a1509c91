using System.Globalization;
using S2M.Numerics.Randomness;

namespace S2M.Integration.Tests.Chaos;

/// <summary>
/// Lets faults happen to the parts of a cluster, at times, for spans and in an order that a seed chooses, several at once; what ended is started again. Always
/// leaves enough of each group for the cluster to come on.
/// </summary>
/// <param name="groups">The parts.</param>
/// <param name="options">How much happens.</param>
/// <param name="time">Waits.</param>
/// <param name="say">Told of everything that happens, with the time since the beginning.</param>
internal sealed class ChaosEngine(IReadOnlyList<ChaosGroup> groups, ChaosOptions options, TimeProvider time, Action<string> say)
{
    private const uint Purpose = 0x6368616F; // "chao"

    private readonly PhiloxRandom _random = new(options.Seed, Purpose);
    private readonly Dictionary<ChaosVictim, Task> _active = [];
    private readonly SortedDictionary<string, int> _happened = new(StringComparer.Ordinal);
    private long _began;

    /// <summary>How many faults have begun.</summary>
    internal int Faults { get; private set; }

    /// <summary>What happened, and how often: <c>worker is killed</c>. To be read at the end.</summary>
    internal IReadOnlyDictionary<string, int> Happened => _happened;

    /// <summary>Runs to the end of its time; then every fault is ended and every part whole.</summary>
    /// <param name="cancellationToken">Ends it before.</param>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        _began = time.GetTimestamp();
        Say($"seed {options.Seed}");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await GoOnAsync(stop.Token);
            await Task.WhenAll(_active.Values);
            await Task.WhenAll(groups.SelectMany(static group => group.Victims).Select(static victim => victim.Heal()));
        }
        catch
        {
            // What began must not go on in a cluster that is taken away.
            await stop.CancelAsync();
            await Task.WhenAll(_active.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        Say($"over, after {Faults} faults");
    }

    private async Task GoOnAsync(CancellationToken cancellationToken)
    {
        while (time.GetElapsedTime(_began) < options.Duration && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Draw(options.ShortestPause, options.LongestPause), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReapAsync();
            HealDead();

            // Drawn whether or not it can happen now, so that the seed alone says what is tried.
            (int victim, int fault, TimeSpan length) = (_random.NextInt32(int.MaxValue), _random.NextInt32(int.MaxValue), Draw(options.ShortestFault, options.LongestFault));
            (ChaosGroup Group, ChaosVictim Victim)[] free = [.. groups.SelectMany(Free)];
            if (free.Length > 0)
            {
                (ChaosGroup group, ChaosVictim chosen) = free[victim % free.Length];
                ChaosFault happens = chosen.Faults[fault % chosen.Faults.Count];
                Faults++;
                Count($"{group.Name} {happens.Name}");
                _active[chosen] = HappenAsync(chosen, happens, length, cancellationToken);
            }
        }
    }

    private IEnumerable<(ChaosGroup Group, ChaosVictim Victim)> Free(ChaosGroup group)
    {
        ChaosVictim[] free = [.. group.Victims.Where(victim => !_active.ContainsKey(victim))];
        return free.Length > group.AtLeast ? free.Select(victim => (group, victim)) : [];
    }

    private void Count(string what) => _happened[what] = _happened.GetValueOrDefault(what) + 1;

    /// <summary>Forgets what is over; an error of a fault or of healing ends the run.</summary>
    private async Task ReapAsync()
    {
        foreach ((ChaosVictim victim, Task task) in _active.Where(static pair => pair.Value.IsCompleted).ToArray())
        {
            _active.Remove(victim);
            await task;
        }
    }

    private void HealDead()
    {
        foreach ((ChaosGroup group, ChaosVictim victim) in groups.SelectMany(static group => group.Victims.Select(victim => (group, victim)))
            .Where(pair => !_active.ContainsKey(pair.victim) && pair.victim.IsDown()))
        {
            Count($"{group.Name} has ended by itself, and is started again");
            Say($"{victim.Name} has ended, and is started again");
            _active[victim] = victim.Heal();
        }
    }

    private async Task HappenAsync(ChaosVictim victim, ChaosFault fault, TimeSpan length, CancellationToken cancellationToken)
    {
        Say(string.Create(CultureInfo.InvariantCulture, $"{victim.Name} {fault.Name} for {length.TotalSeconds:F1} s"));
        await fault.Begin();
        await Task.Delay(length, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await fault.End();
        await victim.Heal();
        Say($"{victim.Name} is whole again");
    }

    private TimeSpan Draw(TimeSpan least, TimeSpan most) => least + ((most - least) * _random.NextDouble());

    private void Say(string what) => say(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(_began).TotalSeconds,6:F1} s: {what}"));
}
