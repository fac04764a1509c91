using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.Storage;

/// <summary>Holds a state folder in a process of its own, until that is killed.</summary>
internal static class LockChild
{
    internal const string Held = "held";

    /// <summary>Says that it holds the folder, then waits for a line that nobody writes.</summary>
    internal static int Run(string folder)
    {
        using var held = StateLock.Take(folder);
        Console.Out.WriteLine(Held);
        Console.In.ReadLine();
        return 0;
    }
}
