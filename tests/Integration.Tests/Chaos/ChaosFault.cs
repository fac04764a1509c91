namespace S2M.Integration.Tests.Chaos;

/// <summary>Something that happens to a part of a cluster for a while.</summary>
/// <param name="Name">What it is called: <c>is killed</c>.</param>
/// <param name="Begin">Makes it happen.</param>
/// <param name="End">Ends it. The part is healed afterwards.</param>
internal sealed record ChaosFault(string Name, Func<Task> Begin, Func<Task> End)
{
    /// <summary>A fault that takes no time: a connection that is cut.</summary>
    internal static ChaosFault AtOnce(string name, Action happen) => new(name, () => Done(happen), static () => Task.CompletedTask);

    /// <summary>A fault that is switched on and off.</summary>
    internal static ChaosFault Between(string name, Action begin, Action end) => new(name, () => Done(begin), () => Done(end));

    private static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
