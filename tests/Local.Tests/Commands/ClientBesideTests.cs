using System.Diagnostics;

namespace S2M.Local.Tests.Commands;

/// <summary>The client in this program's own output, not in the tests'.</summary>
public sealed class ClientBesideTests
{
    [Fact]
    public async Task Client_InThisProgramsOutput_FindsItsLibraries()
    {
        // tests/Local.Tests/bin/CONFIGURATION/net10.0/RUNTIME has the same place below its project as src/Local's output.
        string output = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        string project = Path.GetFullPath(Path.Combine(output, "..", "..", "..", ".."));
        string client = Path.Combine(project, "..", "..", "src", "Local", Path.GetRelativePath(project, output), "s2m.dll");

        // Port 1 is reserved, nobody listens there: a client that gets as far as the call says so.
        var start = new ProcessStartInfo("dotnet", [client, "worker", "list", "--server", "http://127.0.0.1:1"]) { RedirectStandardError = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        errors.ShouldContain("server http://127.0.0.1:1: expected an S2M server to answer");
    }
}
