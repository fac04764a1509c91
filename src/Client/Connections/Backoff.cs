namespace S2M.Client.Connections;

/// <summary>Pauses between attempts at one stream: doubled with each failure up to a bound, half of it by chance, so that cut clients do not come back together.</summary>
/// <param name="options">First and longest pause.</param>
internal sealed class Backoff(ClientOptions options)
{
    /// <summary>Failures since the last success.</summary>
    internal int Failures { get; private set; }

    /// <summary>Something arrived: the next failure is the first again.</summary>
    internal void Succeeded() => Failures = 0;

    /// <summary>Another failure.</summary>
    /// <returns>How long to wait before the next attempt.</returns>
    internal TimeSpan Failed()
    {
        double doubled = options.Backoff.TotalSeconds * (1L << Math.Min(Failures, 20));
        Failures++;
        return TimeSpan.FromSeconds(Math.Min(doubled, options.LongestBackoff.TotalSeconds) * (0.5 + (0.5 * Chance.Fraction())));
    }
}
