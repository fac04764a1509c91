namespace S2M.Integration.Tests.Processes;

/// <summary>Ends tests that hang. No test expects to be faster than anything.</summary>
internal static class Hang
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Waits for what must come.</summary>
    /// <exception cref="TimeoutException">It did not come.</exception>
    internal static Task Guard(Task task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    /// <inheritdoc cref="Guard(Task)"/>
    internal static Task<T> Guard<T>(Task<T> task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);
}
