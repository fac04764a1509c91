namespace S2M.Worker.Hosting;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    /// <summary>The worker was asked to end, and left.</summary>
    internal const int Done = 0;

    /// <summary>It could not work.</summary>
    internal const int Failed = 1;

    /// <summary>The command line or the data it names cannot be used.</summary>
    internal const int Usage = 2;

    /// <summary>Ended at once by a second signal.</summary>
    internal const int Interrupted = 130;

    /// <summary>For the help text.</summary>
    internal const string Explained = "Exit codes: 0 asked to end and left, 1 failed, 2 the command line or its data cannot be used, 130 ended at once by a second signal.";
}
