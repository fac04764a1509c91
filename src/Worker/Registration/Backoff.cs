using S2M.Numerics.Randomness;

namespace S2M.Worker.Registration;

/// <summary>Growing pauses between attempts, each drawn from the upper half of its step, so that workers that lost one coordinator do not return as one.</summary>
/// <param name="seed">Where the draws come from; another one for each worker.</param>
internal sealed class Backoff(ulong seed)
{
    private const int Purpose = 64;
    private const int Doublings = 5;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);

    private readonly PhiloxRandom _random = new(seed, Purpose);
    private int _attempts;

    /// <summary>The next pause, 0.1 to 6.4 seconds.</summary>
    internal TimeSpan Next()
    {
        TimeSpan step = First * (1 << Math.Min(_attempts++, Doublings));
        return step * (0.5 + (_random.NextDouble() / 2));
    }

    /// <summary>Begins with the shortest again.</summary>
    internal void Reset() => _attempts = 0;
}
