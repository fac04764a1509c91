using System.CommandLine;
using S2M.Data;
using S2M.Worker.Diagnostics;

namespace S2M.Worker.Hosting;

/// <summary>The command: prepares the process, serves until it is asked to end, and says what went wrong.</summary>
internal static class WorkerCommand
{
    /// <summary>Makes the command.</summary>
    internal static RootCommand Create()
    {
        var options = new WorkerOptions();
        var command = new RootCommand($"A worker of S2M.Distributed: computes shares of jobs for a coordinator, on one thread.\n{ExitCodes.Explained}");
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((result, _) => RunAsync(() => options.Read(result)));
        return command;
    }

    private static async Task<int> RunAsync(Func<WorkerSettings> read)
    {
        try
        {
            WorkerSettings settings = ReadSettings(read);

            // Before anything touches a tensor: libtorch picks kernels, threads and allocator when it loads.
            NativeEnvironment.Prepare(settings.CpuLevel);
            TensorLibrary.EnsureLoaded();
            using var stop = new StopRequest();
            await using WorkerHost host = await WorkerHost.StartAsync(settings, stop, TimeProvider.System);
            await Console.Out.WriteLineAsync($"listening on {host.Address.GetLeftPart(UriPartial.Authority)}");
            await Console.Out.FlushAsync();
            await host.ServeAsync();
            return ExitCodes.Done;
        }
        catch (Exception problem) when (problem is DataException or UsageException)
        {
            await Console.Error.WriteLineAsync($"error: {problem.Message}");
            return ExitCodes.Usage;
        }
        catch (Exception problem) when (problem is WorkerException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"error: {problem.Message}");
            return ExitCodes.Failed;
        }
    }

    private static WorkerSettings ReadSettings(Func<WorkerSettings> read)
    {
        try
        {
            return read();
        }
        catch (WorkerException problem)
        {
            throw new UsageException(problem.Message, problem);
        }
    }

    /// <summary>The command line names something that cannot be used.</summary>
    private sealed class UsageException(string message, Exception innerException) : Exception(message, innerException);
}
