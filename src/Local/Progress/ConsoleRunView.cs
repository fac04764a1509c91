using System.Globalization;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Reports;
using S2M.Coordinator.Training;

namespace S2M.Local.Progress;

/// <summary>Progress as text: one line that is rewritten on a terminal, a new line every few seconds elsewhere. Everything goes to the error stream.</summary>
/// <param name="output">Where lines go.</param>
/// <param name="interactive">Whether a line can be rewritten.</param>
/// <param name="width">Columns of the terminal: a line that wraps could not be rewritten.</param>
/// <param name="time">Measures speed.</param>
internal sealed class ConsoleRunView(TextWriter output, bool interactive, int width, TimeProvider time) : IRunView
{
    private const int BarWidth = 10;

    // Wipes what a longer text left to the right.
    private const string EraseToEnd = "\u001b[K";
    private static readonly TimeSpan TerminalInterval = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private string _phase = string.Empty;
    private int _steps;
    private int _made;
    private long _episodes;
    private TimeSpan _training;
    private long _resumed;
    private long _shown;
    private bool _lineOpen;

    /// <inheritdoc/>
    public void Begin(string name)
    {
        lock (_lock)
        {
            // Speed and the time that is left count training alone: a phase within it stops its clock.
            _training += time.GetElapsedTime(_resumed);
            _phase = name;
            _shown = time.GetTimestamp();
            if (!interactive)
            {
                Line(name);
            }
        }
    }

    /// <inheritdoc/>
    public void BeginTraining(int steps, int done)
    {
        lock (_lock)
        {
            (_steps, _made, _episodes, _training) = (steps, 0, 0, TimeSpan.Zero);
            _resumed = _shown = time.GetTimestamp();
            Line(done == 0 ? $"training: {steps} steps" : $"training: {steps} steps, {done} of them made before");
        }
    }

    /// <inheritdoc/>
    public void OnWork(string unit, int done, int total)
    {
        lock (_lock)
        {
            if (IsDue(done == total && interactive))
            {
                Progress($"{_phase}: {Bar(done, total)} {done}/{total} {unit}");
            }
        }
    }

    /// <inheritdoc/>
    public void OnStep(StepRecord record, int episodes)
    {
        lock (_lock)
        {
            _episodes += episodes;
            _made++;
            if (IsDue(record.Step == _steps))
            {
                double seconds = (_training + time.GetElapsedTime(_resumed)).TotalSeconds;
                var left = TimeSpan.FromSeconds(seconds / _made * (_steps - record.Step));
                string speed = string.Create(CultureInfo.InvariantCulture, $"{_episodes / Math.Max(seconds, 1e-9):F1} episodes/s  {Duration.Show(left)} left");
                Progress(string.Create(
                    CultureInfo.InvariantCulture, $"{Bar(record.Step, _steps)} {record.Step}/{_steps}  loss {record.Loss:F4}  accuracy {record.Accuracy:F3}  {speed}"));
            }
        }
    }

    /// <inheritdoc/>
    public void OnValidation(ValidationRecord record) => Note(string.Create(CultureInfo.InvariantCulture, $"step {record.Step}: validation accuracy {record.Accuracy:F4}"));

    /// <inheritdoc/>
    public void OnCheckpoint(int version, string path) => Note($"step {version}: checkpoint {path}");

    /// <inheritdoc/>
    public void Finish(string name, TimeSpan spent)
    {
        lock (_lock)
        {
            Line($"{name}: done in {Duration.Show(spent)}");
            _resumed = time.GetTimestamp();
        }
    }

    /// <inheritdoc/>
    public void Note(string message)
    {
        lock (_lock)
        {
            Line(message);
        }
    }

    /// <inheritdoc/>
    public void Warn(string message) => Note($"warning: {message}");

    private static string Bar(int done, int total)
    {
        int filled = (int)((long)done * BarWidth / total);
        return $"[{new string('#', filled)}{new string('-', BarWidth - filled)}]";
    }

    private bool IsDue(bool always)
    {
        bool due = always || time.GetElapsedTime(_shown) >= (interactive ? TerminalInterval : LogInterval);
        _shown = due ? time.GetTimestamp() : _shown;
        return due;
    }

    private void Progress(string text)
    {
        if (interactive)
        {
            output.Write($"\r{(text.Length < width ? text : text[..(width - 1)])}{EraseToEnd}");
            _lineOpen = true;
        }
        else
        {
            output.WriteLine(text);
        }
    }

    // On a terminal a line takes the place of the progress that stands there.
    private void Line(string text)
    {
        output.WriteLine(_lineOpen ? $"\r{text}{EraseToEnd}" : text);
        _lineOpen = false;
    }
}
