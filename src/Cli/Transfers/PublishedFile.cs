namespace S2M.Cli.Transfers;

/// <summary>A file that its authors published.</summary>
/// <param name="Name">Its name, below the base address and in the folder.</param>
/// <param name="Md5">The MD5 that its authors give, 32 lower-case hexadecimal digits.</param>
internal sealed record PublishedFile(string Name, string Md5)
{
    /// <summary>Where Omniglot's authors keep it.</summary>
    internal const string OmniglotAddress = "https://raw.githubusercontent.com/brendenlake/omniglot/master/python/";

    /// <summary>Omniglot's two archives: 964 and 659 characters.</summary>
    internal static IReadOnlyList<PublishedFile> Omniglot { get; } =
    [
        new("images_background.zip", "68d2efa1b9178cc56df9314c21c6e718"),
        new("images_evaluation.zip", "6b91aef0f799c5bb55b94e3f2daec811"),
    ];
}
