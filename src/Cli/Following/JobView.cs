using System.Globalization;
using System.Text.Json;
using S2M.Cli.Output;
using S2M.Client;
using S2M.Protos.V1;

namespace S2M.Cli.Following;

/// <summary>Shows what happens to a job: one line of progress, and a line for each state and each line of its log.</summary>
/// <param name="line">Where.</param>
/// <param name="time">Measures speed.</param>
internal sealed class JobView(StatusLine line, TimeProvider time)
{
    private Job _job = new();
    private int _episodesPerStep;
    private int _first;
    private int _step;
    private long _began;
    private bool _reconnecting;

    /// <summary>Shows an event.</summary>
    internal void Show(WatchJobResponse happened)
    {
        if (_reconnecting)
        {
            _reconnecting = false;
            line.Line("connected again");
        }

        switch (happened.EventCase)
        {
            case WatchJobResponse.EventOneofCase.Job:
                OnJob(happened.Job);
                break;
            case WatchJobResponse.EventOneofCase.Log:
                OnLog(happened.Log);
                break;
            case WatchJobResponse.EventOneofCase.Step:
                OnStep(happened.Step);
                break;
            case WatchJobResponse.EventOneofCase.Progress when happened.Progress is { Total: > 0 } progress:
                line.Progress(() => $"{progress.Phase}: {StatusLine.Bar(progress.Done, progress.Total)} {progress.Done}/{progress.Total} {progress.Unit}");
                break;
            default:
                // Validations and checkpoints are lines of the log; what a newer server sends besides, this one does not know how to show.
                break;
        }
    }

    /// <summary>Says that the connection was lost.</summary>
    internal void OnReconnecting(Reconnection reconnection)
    {
        if (!_reconnecting)
        {
            _reconnecting = true;
            line.Line($"reconnecting... ({reconnection.Cause})");
        }
    }

    /// <summary>Nothing follows.</summary>
    internal void Close() => line.Close();

    private void OnJob(Job job)
    {
        if (_job.JobId.Length == 0)
        {
            line.Line($"job {job.JobId}: {(job.Mode == JobMode.Evaluate ? "evaluation" : $"{job.Steps} steps")} on {job.DataVersion}");
            (_first, _began, _episodesPerStep) = (job.Step, time.GetTimestamp(), EpisodesPerStep(job.Specification));
        }

        if (job.State != _job.State || job.Reason != _job.Reason)
        {
            line.Line($"{Words.Of(job.State)}{(job.Reason.Length > 0 ? $": {job.Reason}" : string.Empty)}");
        }

        if (job.WaitsFor.Length > 0 && job.WaitsFor != _job.WaitsFor)
        {
            line.Line($"waits for {job.WaitsFor}{(Times.Show(job.WaitsSince) is { } since ? $" since {since}" : string.Empty)}");
        }

        _job = job;
    }

    private void OnLog(LogLine log)
        => line.Line($"{log.Level switch { LogLevel.Warning => "warning: ", LogLevel.Error => "error: ", _ => string.Empty }}{log.Message}");

    private void OnStep(StepMetrics step)
    {
        // Steps of before, which the server tells first, took no time that we saw.
        _began = step.Step <= _first || _step < _first ? time.GetTimestamp() : _began;
        _step = step.Step;
        line.Progress(() => string.Create(
            CultureInfo.InvariantCulture,
            $"{StatusLine.Bar(step.Step, _job.Steps)} {step.Step}/{_job.Steps}  loss {step.Loss:F4}  accuracy {step.Accuracy:F3}{Speed(step.Step)}"));
    }

    private string Speed(int step)
    {
        double seconds = time.GetElapsedTime(_began).TotalSeconds;
        int made = step - _first;
        if (made <= 0 || seconds <= 0)
        {
            return string.Empty;
        }

        string speed = _episodesPerStep > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{made * _episodesPerStep / seconds:F1} episodes/s")
            : string.Create(CultureInfo.InvariantCulture, $"{made / seconds:F1} steps/s");
        return $"  {speed}  {Times.Show(TimeSpan.FromSeconds(seconds / made * Math.Max(0, _job.Steps - step)))} left";
    }

    private static int EpisodesPerStep(string specification)
    {
        if (specification.Length == 0)
        {
            return 0;
        }

        using JsonDocument document = JsonDocument.Parse(specification);
        return document.RootElement.TryGetProperty("training", out JsonElement training)
            && training.TryGetProperty("episodes_per_step", out JsonElement episodes)
            && episodes.TryGetInt32(out int count) ? count : 0;
    }
}
