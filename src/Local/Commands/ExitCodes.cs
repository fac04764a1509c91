namespace S2M.Local.Commands;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    /// <summary>The command did what it was asked to.</summary>
    internal const int Done = 0;

    /// <summary>The job or a check failed.</summary>
    internal const int Failed = 1;

    /// <summary>The command line, the job or the data cannot be used.</summary>
    internal const int Usage = 2;

    /// <summary>Stopped by Ctrl-C or SIGTERM.</summary>
    internal const int Interrupted = 130;

    /// <summary>For help texts.</summary>
    internal const string Explained = "Exit codes: 0 done, 1 failed, 2 the command line, the job or the data cannot be used, 130 interrupted.";
}
