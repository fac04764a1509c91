using CsCheck;
using S2M.Data.Images.Containers;

namespace S2M.Data.Tests.Images.Containers;

public sealed class EntryPathTests
{
    [Theory]
    [InlineData("", "empty")]
    [InlineData("/a/x.png", "absolute")]
    [InlineData("//server/x.png", "absolute")]
    [InlineData("a\\x.png", "backslash")]
    [InlineData("..\\x.png", "backslash")]
    [InlineData("C:/a/x.png", "drive letter")]
    [InlineData("c:x.png", "drive letter")]
    [InlineData("a/x\n.png", "control character")]
    [InlineData("a/x\0.png", "control character")]
    [InlineData("../x.png", "relative segment")]
    [InlineData("a/../../x.png", "relative segment")]
    [InlineData("a/./x.png", "relative segment")]
    [InlineData("a/..", "relative segment")]
    [InlineData("a//x.png", "empty segment")]
    [InlineData("a/", "empty segment")]
    public void Check_HostilePath_IsNamedWithItsFault(string path, string fault)
    {
        string message = Should.Throw<DataException>(() => EntryPath.Check("set.zip", path)).Message;

        message.ShouldStartWith("set.zip: expected plain relative paths with '/' between segments, got '");
        message.ShouldContain($"({fault})");
        message.Any(char.IsControl).ShouldBeFalse();
    }

    [Theory]
    [InlineData("x.png")]
    [InlineData("Ελληνικά/χαρακτήρας/0394_01.png")]
    [InlineData("a/..b/c..png")]
    [InlineData("a b/.hidden/x")]
    public void Check_PlainPath_Passes(string path) => Should.NotThrow(() => EntryPath.Check("set.zip", path));

    // What passes cannot leave a folder it is put in.
    [Fact]
    public void Check_AnyTextThatPasses_StaysBelowItsFolder() =>
        Gen.Char["ab./\\:\0 "].Array[0, 10].Sample(
            letters =>
            {
                string path = new(letters);
                try
                {
                    EntryPath.Check("set", path);
                }
                catch (DataException)
                {
                    return true;
                }

                string root = Path.Combine(Path.GetTempPath(), "root");
                return Path.GetFullPath(Path.Combine(root, path)).StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
            },
            iter: 20_000);

    [Theory]
    [InlineData("a/x.png", true)]
    [InlineData("a/x.PNG", true)]
    [InlineData("a/x.jpg", true)]
    [InlineData("a/x.JpEg", true)]
    [InlineData("a/x.gif", false)]
    [InlineData("a/png", false)]
    [InlineData("a/.x.png", false)]
    [InlineData(".git/x.png", false)]
    [InlineData("__MACOSX/a/x.png", false)]
    public void IsImage_ByName_IsKnown(string path, bool expected) => EntryPath.IsImage(path).ShouldBe(expected);
}
