using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using S2M.Integration.Tests.Faults;
using S2M.Integration.Tests.Processes;

namespace S2M.Integration.Tests;

/// <summary>The service as one command.</summary>
public sealed class LocalServiceTests(Reference reference) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Proves(Fault.LocalKilled)]
    public async Task Up_Killed_ChildrenEnd()
    {
        await using ProgramProcess up = Start("up", "--workers", "2", "--state", _folder["state"]);
        await up.ListensAsync();
        Process[] children = [.. ChildrenOf(up.Id).Select(Process.GetProcessById)];

        await up.EndAsync(ProgramProcess.Kill);

        children.Length.ShouldBe(3);
        foreach (Process child in children)
        {
            await Hang.Guard(child.WaitForExitAsync(TestContext.Current.CancellationToken));
            child.Dispose();
        }
    }

    [Theory]
    [InlineData("S2M.Worker.dll", "worker-1 was ended by signal 9")]
    [InlineData("S2M.Coordinator.dll", "coordinator was ended by signal 9")]
    public async Task Up_ProcessKilledInAJob_IsStartedAgainAndTheJobGoesOn(string program, string message)
    {
        await using ProgramProcess run = Start(["quickstart", "--workers", "1", "--state", _folder["state"], "--out", _folder["out"], "--output", "json", .. SmallJob.Options]);
        await run.LineAsync("step 4: checkpoint");
        int child = ChildrenOf(run.Id).Single(child => File.ReadAllText($"/proc/{child}/cmdline").Contains(program, StringComparison.Ordinal));

        using (var process = Process.GetProcessById(child))
        {
            process.Kill();
        }

        await run.LineAsync(message);
        Finished finished = await run.FinishAsync();
        finished.ExitCode.ShouldBe(0, finished.Errors);
        finished.Errors.ShouldContain("it is started again");
        JsonNode.Parse(finished.Output)!["parameters_hash"]!.GetValue<string>().ShouldBe(await reference.HashAsync());
    }

    [Fact]
    public async Task Quickstart_InterruptedAndResumed_GivesTheSameBits()
    {
        string[] arguments = ["quickstart", "--workers", "1", "--state", _folder["state"], "--out", _folder["out"], .. SmallJob.Options];
        await using ProgramProcess first = Start(arguments);
        await first.LineAsync("step 4: checkpoint");
        Finished interrupted = await first.EndAsync(ProgramProcess.Interrupt);
        bool wasThere = File.Exists(Path.Combine(_folder["out"], "metrics.json"));

        await using ProgramProcess second = Start([.. arguments, "--resume", "--output", "json"]);
        Finished resumed = await second.FinishAsync();

        interrupted.ExitCode.ShouldBe(130, interrupted.Errors);
        wasThere.ShouldBeFalse();
        resumed.ExitCode.ShouldBe(0, resumed.Errors);
        resumed.Errors.ShouldContain("going on from the checkpoint of step ");
        JsonNode.Parse(resumed.Output)!["parameters_hash"]!.GetValue<string>().ShouldBe(await reference.HashAsync());
    }

    private static ProgramProcess Start(params string[] arguments)
        => ProgramProcess.Start("s2m-local.dll", new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    private static IEnumerable<int> ChildrenOf(int process)
        => Directory.GetDirectories($"/proc/{process}/task")
            .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(text => int.Parse(text, CultureInfo.InvariantCulture));
}
