using System.CommandLine;
using System.Globalization;
using S2M.Cli.Following;
using S2M.Cli.Output;
using S2M.Protos.V1;

namespace S2M.Cli.Commands;

/// <summary>The <c>eval</c> command.</summary>
internal static class EvaluateCommand
{
    /// <summary>Makes the command.</summary>
    internal static Command Create(Work work)
    {
        var job = new Argument<string?>("JOB") { Description = "The job whose last checkpoint is tested, by its own job file.", Arity = ArgumentArity.ZeroOrOne };
        var parameters = new Option<string?>("--parameters") { Description = "In place of a job: a safetensors file, which is uploaded.", HelpName = "FILE" };
        var jobFile = new Option<string?>("--job") { Description = "The job file (YAML) that --parameters are tested by.", HelpName = "JOBFILE" };
        Option<string[]> set = JobOptions.Set();
        Command command = work.Command("eval", "Tests parameters on test classes and prints the table.", [job, parameters, jobFile, set], async session =>
        {
            SubmitJobRequest request = session.Of(job) is { } jobId
                ? await OfJobAsync(session, jobId)
                : await OfFileAsync(session, session.Of(parameters)!, session.Of(jobFile)!);
            request.Mode = JobMode.Evaluate;
            request.Overrides.Add(session.All(set));
            return await FollowReport.FollowAsync(session, (await session.Client.Jobs.SubmitAsync(request, session.CancellationToken)).JobId);
        });
        command.Validators.Add(result =>
        {
            bool files = result.GetValue(parameters) is not null && result.GetValue(jobFile) is not null;
            bool anyFile = result.GetValue(parameters) is not null || result.GetValue(jobFile) is not null;
            if (result.GetValue(job) is not null ? anyFile : !files)
            {
                result.AddError("eval: expected either JOB, or --parameters FILE with --job JOBFILE");
            }
        });
        return command;
    }

    // Its length as a setting: a run that was shortened on the command line may end within its warm-up, which a file may not.
    private static async Task<SubmitJobRequest> OfJobAsync(Session session, string jobId)
    {
        GetJobResponse known = await session.Client.Jobs.GetAsync(jobId, session.CancellationToken);
        string[] length = known.Job.Steps > 0 ? [string.Create(CultureInfo.InvariantCulture, $"training.steps={known.Job.Steps}")] : [];
        return new SubmitJobRequest { JobFile = known.JobFile, Overrides = { length }, StartFrom = known.Job.JobId, DataVersion = known.Job.DataVersion };
    }

    private static async Task<SubmitJobRequest> OfFileAsync(Session session, string parameters, string jobFile)
    {
        string text = CommandException.ReadText(jobFile);
        await using FileStream content = Open(parameters);
        StatusLine line = StatusLine.OfErrors(TimeProvider.System);
        string sha256 = await session.Client.Jobs.UploadParametersAsync(content, new TransferView(Path.GetFileName(parameters), line), session.CancellationToken);
        line.Close();
        return new SubmitJobRequest { JobFile = text, StartFrom = sha256 };
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Usage, $"file '{path}': expected a safetensors file that can be read, got: {problem.Message}; check the path");
        }
    }
}
