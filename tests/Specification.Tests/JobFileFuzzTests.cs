using System.Text;
using CsCheck;

namespace S2M.Specification.Tests;

public sealed class JobFileFuzzTests
{
    private static readonly byte[][] Seeds = [.. TestJobs.Files().Select(File.ReadAllBytes)];

    private static readonly Gen<byte[]> Mutated = Gen.Select(
        Gen.Int[0, Seeds.Length - 1],
        Gen.Select(Gen.Int[0, 2000], Gen.OneOf(Gen.Byte, OneOf(":{}[]-&*!|>'\"#%@`,? \n\t\0"u8.ToArray()))).List[0, 12],
        Gen.Int[0, 2000],
        (seed, changes, cut) =>
        {
            byte[] bytes = [.. Seeds[seed]];
            foreach ((int at, byte value) in changes)
            {
                bytes[at % bytes.Length] = value;
            }

            return cut < bytes.Length && cut % 3 == 0 ? bytes[..cut] : bytes;
        });

    [Fact]
    public void Parse_MutatedBytes_IsAJobOrASpecificationException() =>
        Mutated.Sample(
            bytes => IsJobOrRefused(Encoding.UTF8.GetString(bytes)),
            iter: 20_000,
            print: bytes => Convert.ToBase64String(bytes));

    [Fact]
    public void Parse_AnySetting_IsAJobOrASpecificationException() =>
        Gen.Select(OneOf("training.steps", "episode.groups", "evaluation.ways", "data", "name", "a.b.c", "", "."), Gen.String[0, 20]).Sample(
            (path, value) => IsJobOrRefused(TestJobs.Minimal, $"{path}={value}") && IsJobOrRefused(TestJobs.Minimal, $"{path}=[{value}") && IsJobOrRefused(TestJobs.Minimal, value),
            iter: 3000);

    [Fact]
    public void Read_MutatedCanonicalJson_IsAJobOrASpecificationException()
    {
        string json = CanonicalJson.Write(TestJobs.Parse(TestJobs.Minimal));
        Gen.Select(Gen.Int[0, json.Length - 1], Gen.OneOf(OneOf("null", "[]", "{}", "1e999", "-1", "\"", ",", ""), Gen.String[0, 3]), Gen.Int[0, 8]).Sample(
            (at, inserted, removed) =>
            {
                try
                {
                    CanonicalJson.HashOf(CanonicalJson.Read(json[..at] + inserted + json[Math.Min(json.Length, at + removed)..]));
                }
                catch (SpecificationException)
                {
                }
            },
            iter: 10_000);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static bool IsJobOrRefused(string yaml, params string[] settings)
    {
        try
        {
            return TestJobs.Parse(yaml, settings).Name.Length > 0;
        }
        catch (SpecificationException problem)
        {
            return problem.Message.Length is > 10 and < 1000;
        }
    }
}
