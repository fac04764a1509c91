namespace S2M.Cli.Commands;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    /// <summary>The command did what it was asked to.</summary>
    internal const int Done = 0;

    /// <summary>The job, a check or the server failed.</summary>
    internal const int Failed = 1;

    /// <summary>The command line, the job file or the data cannot be used, or what is named is not there.</summary>
    internal const int Usage = 2;

    /// <summary>The server cannot be reached, or gives no answer.</summary>
    internal const int Unreachable = 3;

    /// <summary>Stopped by Ctrl-C or SIGTERM.</summary>
    internal const int Interrupted = 130;

    /// <summary>For help texts.</summary>
    internal const string Explained =
        "Exit codes: 0 done, 1 the job or a check failed, 2 the command line, the job file or the data cannot be used, 3 the server cannot be reached, 130 interrupted.";
}
