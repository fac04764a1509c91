using S2M.Worker.Diagnostics;

namespace S2M.Worker.Tests.Diagnostics;

public sealed class TensorLibraryTests
{
    [Fact]
    public void EnsureLoaded_OnThisMachine_ComputesWithLibtorch() => Should.NotThrow(TensorLibrary.EnsureLoaded);

    [Fact]
    public void EnsureLoaded_VersionMissing_NamesVersionAndRemedy()
    {
        DllNotFoundException cause = new("/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)");

        WorkerException error = Should.Throw<WorkerException>(() => TensorLibrary.EnsureLoaded(() => throw new TypeInitializationException("TorchSharp.torch", cause)));

        error.Message.ShouldContain("needs the C++ runtime version GLIBCXX_3.4.32");
        error.Message.ShouldContain("libstdc++ of GCC 13");
    }

    [Fact]
    public void EnsureLoaded_LibraryMissing_NamesLibrary()
    {
        WorkerException error = Should.Throw<WorkerException>(() => TensorLibrary.EnsureLoaded(
            () => throw new DllNotFoundException("libgomp.so.1: cannot open shared object file: No such file or directory")));

        error.Message.ShouldContain("the shared library libgomp.so.1 is missing");
    }

    [Fact]
    public void EnsureLoaded_WrongSum_SaysDamaged() =>
        Should.Throw<WorkerException>(() => TensorLibrary.EnsureLoaded(() => 4)).Message.ShouldContain("adds 1 and 2 to 4");

    [Fact]
    public void EnsureLoaded_OtherFailure_IsNotTranslated() =>
        Should.Throw<InvalidOperationException>(() => TensorLibrary.EnsureLoaded(() => throw new InvalidOperationException("else")));
}
