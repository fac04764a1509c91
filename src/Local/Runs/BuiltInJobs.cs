namespace S2M.Local.Runs;

/// <summary>Job files that travel with the program.</summary>
internal static class BuiltInJobs
{
    /// <summary>The text of <c>jobs/quickstart.yaml</c>.</summary>
    internal static string Quickstart
    {
        get
        {
            using Stream stream = typeof(BuiltInJobs).Assembly.GetManifestResourceStream("quickstart.yaml")!;
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }
}
