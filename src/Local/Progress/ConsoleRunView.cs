using System.Globalization;
using S2M.Coordinator.Training;

namespace S2M.Local.Progress;

/// <summary>Progress as text: one line that is rewritten on a terminal, a new line every few seconds elsewhere. Everything goes to the error stream.</summary>
/// <param name="output">Where lines go.</param>
/// <param name="interactive">Whether a line can be rewritten.</param>
/// <param name="time">Measures speed.</param>
internal sealed class ConsoleRunView(TextWriter output, bool interactive, TimeProvider time) : IRunView
{
    private const int BarWidth = 24;
    private static readonly TimeSpan TerminalInterval = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private int _steps;
    private int _first;
    private long _episodes;
    private long _begun;
    private long _shown;
    private bool _lineOpen;

    /// <inheritdoc/>
    public void Phase(string name) => Line(name);

    /// <inheritdoc/>
    public void Warn(string message) => Line($"warning: {message}");

    /// <inheritdoc/>
    public void Begin(int steps, int done)
    {
        _steps = steps;
        _first = done;
        _begun = _shown = time.GetTimestamp();
        Line(done == 0 ? $"training, {steps} steps" : $"training, {steps} steps, {done} of them made before");
    }

    /// <inheritdoc/>
    public void OnStep(StepRecord record, int episodes)
    {
        _episodes += episodes;
        bool last = record.Step == _steps;
        if (!last && time.GetElapsedTime(_shown) < (interactive ? TerminalInterval : LogInterval))
        {
            return;
        }

        _shown = time.GetTimestamp();
        double seconds = time.GetElapsedTime(_begun).TotalSeconds;
        var left = TimeSpan.FromSeconds(seconds / (record.Step - _first) * (_steps - record.Step));
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Bar(record.Step)} {record.Step}/{_steps}  loss {record.Loss:F4}  accuracy {record.Accuracy:F3}  {_episodes / seconds:F1} episodes/s  {left:h\\:mm\\:ss} left");
        if (interactive)
        {
            output.Write($"\r{text}   ");
            _lineOpen = true;
        }
        else
        {
            Line(text);
        }
    }

    /// <inheritdoc/>
    public void OnValidation(ValidationRecord record) => Line(string.Create(CultureInfo.InvariantCulture, $"step {record.Step}: validation accuracy {record.Accuracy:F4}"));

    /// <inheritdoc/>
    public void OnCheckpoint(int version, string path) => Line($"step {version}: checkpoint {path}");

    private string Bar(int step)
    {
        int filled = (int)((long)step * BarWidth / _steps);
        return $"[{new string('#', filled)}{new string('-', BarWidth - filled)}]";
    }

    private void Line(string text)
    {
        if (_lineOpen)
        {
            output.WriteLine();
            _lineOpen = false;
        }

        output.WriteLine(text);
    }
}
