using System.Runtime.InteropServices;
using S2M.Cli.Commands;

namespace S2M.Cli.Diagnosis;

/// <summary><c>s2m-local</c>, which has the tensor library that this program does without.</summary>
internal static class LocalProgram
{
    private const string Assembly = "s2m-local.dll";
    private const string Host = "dotnet";

    /// <summary>Finds it.</summary>
    /// <param name="folder">The folder of this program.</param>
    /// <returns>The path of its assembly.</returns>
    /// <exception cref="CommandException">It is nowhere.</exception>
    internal static string Find(string folder)
    {
        string[] places = [.. Places(new DirectoryInfo(Path.TrimEndingDirectorySeparator(folder)))];
        return Array.Find(places, File.Exists) ?? throw new CommandException(
            ExitCodes.Usage,
            $"{Assembly}: expected it beside this program or in the same build, since the checks need its tensor library, got none (looked for {string.Join(" and ", places)}); "
            + "build it: dotnet build -c Release src/Local; or run 's2m-local selftest' on the machine of the service");
    }

    /// <summary>Becomes it: the same process goes on as that program, so that its output, its exit code and every signal are its own.</summary>
    /// <param name="assembly">The path of its assembly.</param>
    /// <param name="arguments">Its command line.</param>
    /// <returns>Never.</returns>
    /// <exception cref="CommandException">It cannot be started.</exception>
    internal static int Become(string assembly, params IEnumerable<string> arguments)
    {
        _ = Replace(Host, [Host, assembly, .. arguments, null]);
        throw new CommandException(
            ExitCodes.Failed, $"{Host}: expected to start {assembly} with it, got: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}; put the .NET host on the PATH");
    }

    /// <summary>Beside this program, where a publish of <c>src/Local</c> puts both; or, where this program is a build output of the sources, in the other project's.</summary>
    private static IEnumerable<string> Places(DirectoryInfo folder)
    {
        yield return Path.Combine(folder.FullName, Assembly);
        if (folder is { Name: { } framework, Parent: { Name: { } configuration, Parent: { Name: "bin", Parent: { Name: "Cli", Parent: { } sources } } } })
        {
            yield return Path.Combine(sources.FullName, "Local", "bin", configuration, framework, "linux-x64", Assembly);
        }
    }

    [DllImport("libc", EntryPoint = "execvp", ExactSpelling = true, SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Replace(string file, string?[] arguments);
}
