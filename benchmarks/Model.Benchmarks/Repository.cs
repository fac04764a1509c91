namespace S2M.Model.Benchmarks;

/// <summary>Where the repository lies, seen from the built program.</summary>
internal static class Repository
{
    private const string Landmark = "S2M.Distributed.sln";

    /// <summary>The folder of the solution.</summary>
    /// <exception cref="BenchmarkException">The program was moved out of the repository.</exception>
    internal static string Root { get; } = Find();

    /// <summary>The path of an existing file of the repository.</summary>
    /// <param name="parts">Folders and the file, from the root.</param>
    internal static string FileAt(params string[] parts)
    {
        string path = Path.Combine([Root, .. parts]);
        return File.Exists(path) ? path : throw new BenchmarkException($"{string.Join('/', parts)}: expected it in the repository, got none; check the file out again");
    }

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Landmark)))
            {
                return folder.FullName;
            }
        }

        throw new BenchmarkException($"{Landmark}: expected it in a folder above the program, got none; run the benchmarks from a checkout");
    }
}
