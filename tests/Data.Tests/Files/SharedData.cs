namespace S2M.Data.Tests.Files;

/// <summary>Real data sets beside the repository.</summary>
internal static class SharedData
{
    /// <summary>The path of a file or folder of the shared data; skips the test, visibly, where it is absent.</summary>
    internal static string Require(params string[] names)
    {
        string? path = Find(names);
        Assert.SkipWhen(path is null, $"shared/data/{string.Join('/', names)} is absent");
        return path!;
    }

    private static string? Find(string[] names)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine([folder.FullName, "shared", "data", .. names]);
            if (Path.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
