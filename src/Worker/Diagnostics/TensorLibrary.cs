using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TorchSharp;

namespace S2M.Worker.Diagnostics;

/// <summary>The door to libtorch: loads it once, and turns a loader's failure into an error that says what the machine lacks (docs/decisions/0002).</summary>
public static partial class TensorLibrary
{
    /// <summary>Loads libtorch and does one small sum with it; cheap when it is loaded already.</summary>
    /// <exception cref="WorkerException">libtorch cannot be loaded on this machine; the message names the missing library or version and the remedy.</exception>
    public static void EnsureLoaded() => EnsureLoaded(AddOneAndTwo);

    /// <summary>Runs a probe of the library and translates its failure.</summary>
    /// <param name="probe">The first use of the library; returns 3 when the library computes.</param>
    /// <exception cref="WorkerException">The probe could not load the library, or computed something else.</exception>
    internal static void EnsureLoaded(Func<double> probe)
    {
        double sum;
        try
        {
            sum = probe();
        }
        catch (Exception problem) when (IsLoaderFailure(problem))
        {
            throw new WorkerException(Describe(problem), problem);
        }

        if (sum != 3)
        {
            throw new WorkerException(string.Create(
                CultureInfo.InvariantCulture,
                $"libtorch is loaded but adds 1 and 2 to {sum}. The installation is damaged: restore the packages and build again."));
        }
    }

    private static double[] OneAndTwo { get; } = [1, 2];

    private static double AddOneAndTwo()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using torch.Tensor values = torch.tensor(OneAndTwo);
        return values.sum().item<double>();
    }

    // TorchSharp reports a library that does not load in any of these ways, depending on which part of it is touched first.
    private static bool IsLoaderFailure(Exception problem) =>
        problem is TypeInitializationException or DllNotFoundException or NotSupportedException or BadImageFormatException or EntryPointNotFoundException or FileNotFoundException;

    private static string Describe(Exception problem)
    {
        string report = string.Join(' ', Causes(problem).Concat(LoaderReports()));
        string machine = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {RuntimeInformation.RuntimeIdentifier}";
        if (MissingVersion().Match(report) is { Success: true } version)
        {
            return $"libtorch cannot be loaded: it needs the C++ runtime version {version.Groups["name"].Value}, which this machine ({machine}) lacks. "
                + "Build with this project's own targets (they make that need weak in the output), or install a libstdc++ of GCC 13 or later. "
                + $"The loader said: {report}";
        }

        if (MissingLibrary().Match(report) is { Success: true } library)
        {
            return $"libtorch cannot be loaded: the shared library {library.Groups["name"].Value} is missing on this machine ({machine}). "
                + "Install the system package that holds it, or publish again for this platform if it belongs to libtorch. "
                + $"The loader said: {report}";
        }

        return $"libtorch cannot be loaded on this machine ({machine}); expected a 64-bit Linux with libLibTorchSharp.so and libtorch.so beside the program "
            + $"or under runtimes/linux-x64/native. Publish again for this platform. The loader said: {report}";
    }

    // TorchSharp keeps the loader's own words to itself when its search for the library ends without success, so the library is asked for once more by path.
    private static IEnumerable<string> LoaderReports()
    {
        foreach (string folder in new[] { AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native") })
        {
            string library = Path.Combine(folder, "libLibTorchSharp.so");
            if (File.Exists(library) && FailureToLoad(library) is { } failure)
            {
                yield return failure;
            }
        }
    }

    private static string? FailureToLoad(string library)
    {
        try
        {
            NativeLibrary.Load(library);
            return null;
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            return failure.Message;
        }
    }

    private static IEnumerable<string> Causes(Exception problem)
    {
        for (Exception? cause = problem; cause is not null; cause = cause.InnerException)
        {
            yield return cause.Message;
        }
    }

    [GeneratedRegex(@"version [`'""](?<name>(GLIBCXX|CXXABI|GLIBC)_[0-9.]+)['""] not found", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MissingVersion();

    [GeneratedRegex(@"(?<name>\S+\.so[.0-9]*): cannot open shared object file", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MissingLibrary();
}
