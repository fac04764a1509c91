using System.Runtime.InteropServices;
using S2M.Coordinator;
using S2M.Data;
using S2M.Local.Commands;

namespace S2M.Local.Tests.Commands;

public sealed class OutcomeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _errors = new();

    public static TheoryData<Exception> Unforeseen =>
    [
        new NativeException("native code failed\nException raised from somewhere\nframe #0"),
        new NotSupportedException("no such kernel"),
        new ArgumentException("scores: expected numbers, got NaN"),
        new InvalidCastException("not a tensor"),
        new AggregateException(new InvalidOperationException("within")),
    ];

    [Theory]
    [MemberData(nameof(Unforeseen), DisableDiscoveryEnumeration = true)]
    public async Task OfAsync_ErrorThatNobodyForesaw_IsOneLineAndAFile(Exception problem)
    {
        int exitCode = await Outcome.OfAsync(() => throw problem, () => string.Empty, _folder["run"], _errors);

        string file = Path.Combine(_folder["run"], "failure.txt");
        exitCode.ShouldBe(1);
        _errors.ToString().ShouldBe($"error: unexpected {problem.GetType().Name}: {problem.Message.Split('\n')[0]} (details: {file})\n");
        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldContain($"   at {typeof(OutcomeTests).FullName}");
    }

    [Fact]
    public async Task OfAsync_DetailsThatCannotBeWritten_AreShown()
    {
        int exitCode = await Outcome.OfAsync(() => throw new NativeException("native"), () => string.Empty, "/dev/null/run", _errors);

        exitCode.ShouldBe(1);
        _errors.ToString().ShouldStartWith("error: unexpected NativeException: native (details, since /dev/null/run/failure.txt cannot be written: ");
        _errors.ToString().ShouldContain($"   at {typeof(OutcomeTests).FullName}");
    }

    [Fact]
    public async Task OfAsync_ForeseenErrors_AreTheirMessageAndCode()
    {
        (await Outcome.OfAsync(() => throw new DataException("data"), () => string.Empty, _folder["run"], _errors)).ShouldBe(2);
        (await Outcome.OfAsync(() => throw new CoordinatorException("disk"), () => string.Empty, _folder["run"], _errors)).ShouldBe(1);
        (await Outcome.OfAsync(() => throw new OperationCanceledException(), () => "farewell", _folder["run"], _errors)).ShouldBe(130);
        (await Outcome.OfAsync(() => Task.FromResult(0), () => string.Empty, _folder["run"], _errors)).ShouldBe(0);

        _errors.ToString().ShouldBe("error: data\nerror: disk\nfarewell\n");
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    public void Dispose()
    {
        _folder.Dispose();
        _errors.Dispose();
    }

    /// <summary>As the tensor library's native half throws it.</summary>
    private sealed class NativeException(string message) : ExternalException(message);
}
