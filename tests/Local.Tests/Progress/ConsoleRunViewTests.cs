using S2M.Coordinator.Training;
using S2M.Local.Progress;

namespace S2M.Local.Tests.Progress;

public sealed class ConsoleRunViewTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly ManualTime _time = new();

    [Fact]
    public void OnStep_ResumedRun_SpeedAndRestCountThisRunsStepsOnly()
    {
        var view = new ConsoleRunView(_output, interactive: false, 80, _time);
        view.BeginTraining(100, 90);
        for (int step = 91; step <= 95; step++)
        {
            _time.Advance(TimeSpan.FromSeconds(4));
            view.OnStep(new StepRecord(step, 1, 0.5, 1e-3), 2);
        }

        _output.ToString().ShouldContain("93/100  loss 1.0000  accuracy 0.500  0.5 episodes/s  28.0 s left");
    }

    [Fact]
    public void OnStep_ValidationInBetween_DoesNotCountAsTraining()
    {
        var view = new ConsoleRunView(_output, interactive: false, 80, _time);
        view.BeginTraining(4, 0);
        _time.Advance(TimeSpan.FromSeconds(1));
        view.OnStep(new StepRecord(1, 1, 0.5, 1e-3), 2);
        view.Begin("validation");
        _time.Advance(TimeSpan.FromMinutes(10));
        view.Finish("validation", TimeSpan.FromMinutes(10));
        _time.Advance(TimeSpan.FromSeconds(1));
        view.OnStep(new StepRecord(2, 1, 0.5, 1e-3), 2);

        _output.ToString().ShouldContain("2.0 episodes/s  2.0 s left");
        _output.ToString().ShouldContain("validation: done in 10:00");
    }

    [Fact]
    public void OnStep_NoTerminal_OneLineInTenSeconds()
    {
        var view = new ConsoleRunView(_output, interactive: false, 80, _time);
        view.BeginTraining(1000, 0);
        for (int step = 1; step <= 100; step++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            view.OnStep(new StepRecord(step, 1, 0.5, 1e-3), 2);
        }

        _output.ToString().Split('\n').Count(line => line.Contains("episodes/s", StringComparison.Ordinal)).ShouldBe(10);
    }

    [Fact]
    public void OnStep_Terminal_RewritesOneLineWithinItsWidth()
    {
        var view = new ConsoleRunView(_output, interactive: true, 60, _time);
        view.BeginTraining(1000, 0);
        for (int step = 1; step <= 50; step++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            view.OnStep(new StepRecord(step, 1, 0.5, 1e-3), 2);
        }

        string[] lines = _output.ToString().Split('\n');
        lines.Length.ShouldBe(2);
        lines[1].Split('\r', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(50);
        lines[1].Split('\r').ShouldAllBe(text => text.Replace("\u001b[K", string.Empty, StringComparison.Ordinal).Length < 60);
    }

    public void Dispose() => _output.Dispose();

    private sealed class ManualTime : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan span) => _now += span.Ticks;
    }
}
