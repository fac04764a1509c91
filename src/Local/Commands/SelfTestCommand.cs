using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using S2M.Local.Verification;
using S2M.Worker.Diagnostics;
using Spectre.Console;

namespace S2M.Local.Commands;

/// <summary>The <c>selftest</c> command.</summary>
internal static class SelfTestCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<string> output = RunOptions.OutputOption();
        var only = new Option<string?>("--only") { Description = "Runs one kind of checks, those whose names begin so.", HelpName = string.Join('|', SelfTest.Kinds) };
        only.AcceptOnlyFromAmong([.. SelfTest.Kinds]);
        var command = new Command(
            "selftest",
            "Checks this machine and build in a few seconds: the tensor library, gradients against finite differences, equal bits again and after a resume.") { only, output };
        command.SetAction((result, _) => RunAsync(result.GetValue(only), result.GetValue(output)));
        return command;
    }

    private static async Task<int> RunAsync(string? only, string? output)
    {
        using var interruption = new Interruption(Console.Error);
        return await Outcome.OfAsync(() => CheckAsync(only, output, interruption.Token), () => "interrupted", Path.Combine(".s2m", "selftest"), Console.Error);
    }

    private static async Task<int> CheckAsync(string? only, string? output, CancellationToken cancellationToken)
    {
        NativeEnvironment.Prepare("native");
        IReadOnlyList<Check> checks = await SelfTest.RunAsync(
            only, check => Console.Error.WriteLine($"{(check.Ok ? "ok    " : "FAILED")} {check.Name}"), cancellationToken);
        bool ok = checks.All(check => check.Ok);
        if (output == RunOptions.Json)
        {
            Console.WriteLine(ToJson(checks, ok));
        }
        else
        {
            AnsiConsole.Write(ToTable(checks));
            Console.WriteLine($"{checks.Count(check => check.Ok)} of {checks.Count} checks hold; {NumericContract.Describe(NativeEnvironment.NativeLevel)}");
        }

        return ok ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static Table ToTable(IReadOnlyList<Check> checks)
    {
        Table table = new Table().Border(TableBorder.Horizontal).AddColumn("check");
        foreach (string name in new[] { "cases", "worst error", "tolerance", "ok" })
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        foreach (Check check in checks)
        {
            table.AddRow(
                Markup.Escape(check.Name),
                check.Cases.ToString(CultureInfo.InvariantCulture),
                Show(check.WorstError),
                Show(check.Tolerance),
                check.Ok ? "[green]yes[/]" : "[red]NO[/]");
        }

        return table;
    }

    private static string ToJson(IReadOnlyList<Check> checks, bool ok) => new JsonObject
    {
        ["ok"] = ok,
        ["numeric_contract"] = NumericContract.Describe(NativeEnvironment.NativeLevel),
        ["checks"] = new JsonArray([.. checks.Select(check => new JsonObject
        {
            ["name"] = check.Name,
            ["cases"] = check.Cases,
            ["worst_error"] = double.IsFinite(check.WorstError) ? check.WorstError : null,
            ["tolerance"] = check.Tolerance,
            ["ok"] = check.Ok,
        })]),
    }.ToJsonString(Indented);

    private static string Show(double value) => value == 0 ? "0" : value.ToString("0.0e+0", CultureInfo.InvariantCulture);
}
