using S2M.Cli.Commands;

namespace S2M.Cli.Tests.Commands;

public sealed class ServerSettingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2m-cli-tests-");
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Resolve_NothingSaid_IsTheDefault() => Resolve().ShouldBe(new ServerSettings(new Uri("http://127.0.0.1:5300"), string.Empty));

    [Fact]
    public void Resolve_ServiceFile_GivesServerAndToken()
    {
        WriteService();

        Resolve().ShouldBe(new ServerSettings(new Uri("http://127.0.0.1:7777"), "local-token"));
    }

    [Fact]
    public void Resolve_AnotherServer_DoesNotGetTheFilesToken()
    {
        WriteService();

        Resolve(server: "http://elsewhere:1").ShouldBe(new ServerSettings(new Uri("http://elsewhere:1"), string.Empty));
    }

    [Fact]
    public void Resolve_EnvironmentAndCommandLine_TheCommandLineWins()
    {
        _environment["S2M_SERVER"] = "http://environment:1";
        _environment["S2M_TOKEN"] = "environment";
        string file = Path.Combine(_folder.FullName, "token");
        File.WriteAllText(file, "file\n");

        Resolve().ShouldBe(new ServerSettings(new Uri("http://environment:1"), "environment"));
        Resolve(server: "http://line:1", tokenFile: file).ShouldBe(new ServerSettings(new Uri("http://line:1"), "file"));
        Resolve(token: "line", tokenFile: file).Token.ShouldBe("line");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"server": 1}""")]
    [InlineData("""{"server": "http://x:1", "token_file": "absent"}""")]
    public void Resolve_BrokenServiceFile_IsAnErrorThatNamesAFile(string text)
    {
        WriteService();
        File.WriteAllText(Path.Combine(_folder.FullName, ServerSettings.ServiceFile), text);

        Should.Throw<CommandException>(() => Resolve()).Message.ShouldContain(_folder.FullName);
    }

    private void WriteService()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, ".s2m"));
        File.WriteAllText(Path.Combine(_folder.FullName, ".s2m", "token"), "local-token\n");
        File.WriteAllText(Path.Combine(_folder.FullName, ServerSettings.ServiceFile), """{"server": "http://127.0.0.1:7777", "token_file": "token"}""");
    }

    private ServerSettings Resolve(string? server = null, string? token = null, string? tokenFile = null)
        => ServerSettings.Resolve(server, token, tokenFile, name => _environment.GetValueOrDefault(name), _folder.FullName);
}
