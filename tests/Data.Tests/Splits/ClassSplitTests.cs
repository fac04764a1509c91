using CsCheck;
using S2M.Data.Catalogs;
using S2M.Data.Images;
using S2M.Data.Splits;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Splits;

public sealed class ClassSplitTests
{
    [Fact]
    public void Draw_AnySeedAndSizes_GivesDisjointAscendingPartsOfThoseSizes() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 30], Gen.Int[1, 30], Gen.Int[1, 30], Gen.Int[0, 20]).Sample((seed, train, validation, test, unused) =>
        {
            var split = ClassSplit.Draw(Classes(train + validation + test + unused), seed, train, validation, test);
            int[] all = [.. split.Train, .. split.Validation, .. split.Test];
            return (split.Train.Count, split.Validation.Count, split.Test.Count) == (train, validation, test)
                && all.Distinct().Count() == all.Length
                && all.All(index => index >= 0 && index < train + validation + test + unused)
                && IsAscending(split.Train) && IsAscending(split.Validation) && IsAscending(split.Test);
        });

    [Fact]
    [Trait(KnownAnswers.Trait, KnownAnswers.Value)]
    public void Draw_SeedOne_IsKnown()
    {
        var split = ClassSplit.Draw(Classes(12), 1, 5, 3, 2);

        string.Join(' ', split.Train).ShouldBe("2 3 4 6 10");
        string.Join(' ', split.Validation).ShouldBe("7 9 11");
        string.Join(' ', split.Test).ShouldBe("1 5");
        split.Hash.ShouldBe("30245278fde915d473be5868932b25d0057106d3d226f8ac1097931017bc4bfa");
    }

    // The hash is that of a text anyone can write.
    [Fact]
    public void Hash_OfASplit_IsThatOfItsNames()
    {
        var split = ClassSplit.Draw(Classes(4), 3, 2, 1, 1);
        string text = string.Join("\n\n", new[] { split.Train, split.Validation, split.Test }.Select(part => string.Join('\n', part.Select(index => $"class{index:D4}")))) + "\n";

        split.Hash.ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text))));
    }

    [Fact]
    public void Draw_OtherSeed_IsAnotherSplit() =>
        Enumerable.Range(0, 50).Select(seed => ClassSplit.Draw(Classes(100), (ulong)seed, 50, 20, 30).Hash).Distinct(StringComparer.Ordinal).Count().ShouldBe(50);

    // The seed decides the shuffle alone: a larger training part keeps the smaller one's classes.
    [Fact]
    public void Draw_LargerTrainingPart_KeepsTheSmallerOnes() =>
        ClassSplit.Draw(Classes(100), 7, 50, 1, 1).Train.ShouldBeSubsetOf(ClassSplit.Draw(Classes(100), 7, 60, 1, 1).Train);

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    [InlineData(-1, 5, 5)]
    [InlineData(8, 1, 2)]
    [InlineData(int.MaxValue, int.MaxValue, 2)]
    public void Draw_SizesThatDoNotFit_AreRefused(int train, int validation, int test) =>
        Should.Throw<DataException>(() => ClassSplit.Draw(Classes(10), 1, train, validation, test)).Message
            .ShouldBe($"split: expected parts of at least 1 class and at most 10 in all, got {train} + {validation} + {test}; correct the sizes of the split");

    // Every class is as likely in every place: 20 classes, 4 in the test part, 2000 seeds; chi-square with 19 degrees of freedom, 0.1 % = 43.8.
    [Fact]
    public void Draw_ManySeeds_PutEachClassIntoEachPartEquallyOften()
    {
        int[] counts = new int[20];
        for (ulong seed = 0; seed < 2000; seed++)
        {
            foreach (int index in ClassSplit.Draw(Classes(20), seed, 12, 4, 4).Test)
            {
                counts[index]++;
            }
        }

        counts.Sum(count => (count - 400.0) * (count - 400.0) / 400.0).ShouldBeLessThan(43.8);
    }

    [Fact]
    public void Draw_OmniglotWithSeedOne_IsKnownAndLeaksNothing()
    {
        using ImageDataSet dataSet = DataSets.Open("omniglot", SharedData.Require("omniglot"));
        var split = ClassSplit.Draw(dataSet.Classes, 1, 1028, 172, 423);

        split.Hash.ShouldBe("a23c3113ce80270017077c0820fc254d3de03478af43c4e8f837c1861745cc50");
        dataSet.Classes[split.Test[0]].Name.ShouldBe("Alphabet_of_the_Magi/character01");
        Should.NotThrow(() => LeakageCheck.Refuse(dataSet, split));

        // Two files of one character are the same drawing: within a part, so nothing leaks.
        Enumerable.Range(0, dataSet.ImageCount).GroupBy(dataSet.HashOf, StringComparer.Ordinal).Where(group => group.Count() > 1)
            .ShouldHaveSingleItem().Select(image => Path.GetDirectoryName(dataSet.PathOf(image))).Distinct(StringComparer.Ordinal).Count().ShouldBe(1);
    }

    internal static ImageClass[] Classes(int count) => [.. Enumerable.Range(0, count).Select(index => new ImageClass($"class{index:D4}", 5 * index, 5))];

    private static bool IsAscending(IReadOnlyList<int> part) => part.Zip(part.Skip(1)).All(pair => pair.First < pair.Second);
}
