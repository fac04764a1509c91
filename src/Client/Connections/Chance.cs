namespace S2M.Client.Connections;

/// <summary>Names of requests and the jitter of pauses: the two things of a client that must differ between processes.</summary>
internal static class Chance
{
#pragma warning disable RS0030 // A request's name must be unlike every other process's, and a pause unlike its neighbor's; neither reaches parameters.
    /// <summary>An id for a request: a UUID.</summary>
    internal static string NewRequestId() => Guid.NewGuid().ToString();

    /// <summary>A number of at least 0 and less than 1.</summary>
    internal static double Fraction() => BitConverter.ToUInt32(Guid.NewGuid().ToByteArray()) / (double)(1L << 32);
#pragma warning restore RS0030
}
