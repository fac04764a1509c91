using System.CommandLine;
using System.Text.Json.Nodes;
using S2M.Cli.Diagnosis;

namespace S2M.Cli.Commands;

/// <summary>The <c>doctor</c> command.</summary>
internal static class DoctorCommand
{
    /// <summary>Makes the command.</summary>
    internal static Command Create(Work work) => work.Command("doctor", "Looks at everything that a job needs: server, token, workers, data, disk.", [], async session =>
    {
        var findings = new List<Finding>();
        await foreach (Finding finding in new Doctor(session.Client, Environment.CurrentDirectory).ExamineAsync(session.CancellationToken))
        {
            findings.Add(finding);
            if (!session.IsJson)
            {
                Console.WriteLine($"{(finding.Ok ? "ok    " : "FAILED")} {finding.Name}: {finding.Text}");
            }
        }

        bool ok = findings.TrueForAll(finding => finding.Ok);
        session.Show(
            () => new JsonObject
            {
                ["ok"] = ok,
                ["findings"] = new JsonArray([.. findings.Select(finding => new JsonObject { ["name"] = finding.Name, ["ok"] = finding.Ok, ["text"] = finding.Text })]),
            },
            static _ => { });
        return ok ? ExitCodes.Done : ExitCodes.Failed;
    });
}
