using S2M.Worker.Diagnostics;
using S2M.Worker.Tests.Diagnostics;

namespace S2M.Worker.Tests;

/// <summary>Runs the tests; started with <c>child</c> it is the other process of a test.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is ["child", "bits", { } cpuLevel])
        {
            Console.Out.Write(EpisodeBits.Report(cpuLevel));
            return 0;
        }

        // Kernels and allocator as a worker has them, before libtorch loads.
        NativeEnvironment.Prepare(NativeEnvironment.NativeLevel);
        return args.Contains("--server", StringComparer.Ordinal) || args.Contains("--internal-msbuild-node", StringComparer.Ordinal)
            ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }
}
