using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Tests.Storage;

namespace S2M.Coordinator.Tests;

/// <summary>Runs the tests; started with <c>child</c> it is the other process of a test.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is ["child", string folder, string steps, string size])
        {
            return await TrainingChild.RunAsync(folder, int.Parse(steps), int.Parse(size));
        }

        if (args is ["child", "hold", string state])
        {
            return LockChild.Run(state);
        }

        return args.Contains("--server", StringComparer.Ordinal) || args.Contains("--internal-msbuild-node", StringComparer.Ordinal)
            ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }
}
