using CsCheck;
using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Data.Tests.Splits;

namespace S2M.Data.Tests.Sampling;

public sealed class EpisodeSamplerTests
{
    private static readonly ImageClass[] Classes = ClassSplitTests.Classes(9);
    private static readonly ConceptCatalog Rotated = new(Classes, [1, 2, 4, 7, 8], rotations: true);
    private static readonly EpisodeSampler Sampler = new(Rotated, Classes);
    private static readonly GroupRoles[] Roles = [new(0, 2, 2, 3), new(2, 3, 0, 2), new(4, 1, 0, 1)];

    private static readonly Gen<EpisodeAddress> Addresses =
        Gen.Select(Gen.ULong, Gen.Enum<EpisodePhase>(), Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue])
            .Select((seed, phase, step, index) => new EpisodeAddress(seed, phase, step, index));

    [Fact]
    [Trait(KnownAnswers.Trait, KnownAnswers.Value)]
    public void SampleTraining_AnAddress_IsKnown()
    {
        Episode episode = Sampler.SampleTraining(new EpisodeAddress(1, EpisodePhase.Training, 7, 1), 3, 4, [new GroupRoles(0, 2, 2, 2)]);

        string.Join(' ', episode.Pool.Select(image => $"{image.Image}/{image.QuarterTurns}")).ShouldBe("36/3 37/3 38/3 39/3 43/2 40/2 41/2 44/2 37/0 39/0 38/0 35/0");
        string.Join(' ', Sampler.SampleClassification(new EpisodeAddress(1, EpisodePhase.Test, 0, 0), 2, 1, 1).Pool.Select(image => $"{image.Image}/{image.QuarterTurns}")).ShouldBe("41/1 43/1 39/0 38/0");
    }

    [Fact]
    public void SampleTraining_AnyAddress_HasDistinctConceptsAndImagesOfTheirClasses() =>
        Addresses.Sample(address =>
        {
            Episode episode = Sampler.SampleTraining(address, 6, 5, Roles);
            IReadOnlyList<Concept> concepts = episode.Groups[0].Concepts;
            return episode.Address == address
                && episode.Pool.Count == 30
                && episode.Groups.Count == 3
                && concepts.Select(concept => concept.Id).Distinct().Count() == 6
                && concepts.All(concept => Rotated.Part.Contains(concept.Id.Class))
                && episode.Pool.Chunk(5).Zip(concepts).All(pair => pair.First.Distinct().Count() == 5 && pair.First.All(image =>
                    image.QuarterTurns == pair.Second.Id.QuarterTurns && image.Image / 5 == pair.Second.Id.Class));
        });

    [Fact]
    public void SampleTraining_EveryGroup_HasTheRolesOfItsPositions() =>
        Addresses.Sample(
            address =>
            {
                Episode episode = Sampler.SampleTraining(address, 4, 5, Roles);
                return episode.Groups.Zip(Roles).All(pair => pair.First.Distractors.Count == 0 && pair.First.Concepts.Select((concept, c) =>
                    concept.Support.SequenceEqual(Enumerable.Range((5 * c) + pair.Second.SupportFirst, pair.Second.SupportCount))
                    && concept.Positives.SequenceEqual(Enumerable.Range((5 * c) + pair.Second.QueryFirst, pair.Second.QueryCount))
                    && !concept.Support.Intersect(concept.Positives).Any()).All(right => right));
            },
            iter: 100);

    [Fact]
    public void SampleClassification_AnyAddress_IsOneGroupOfShotsThenQueries()
    {
        Episode episode = Sampler.SampleClassification(new EpisodeAddress(3, EpisodePhase.Test, 1, 2), 4, 2, 3);

        EpisodeGroup group = episode.Groups.ShouldHaveSingleItem();
        group.Shots.ShouldBe(2);
        group.Concepts.SelectMany(concept => concept.Support.Concat(concept.Positives)).ShouldBe(Enumerable.Range(0, 20));
    }

    // Nothing carries over: an episode alone, in another order, by another sampler or thread is the same.
    [Fact]
    public void SampleTraining_JumpingToAStep_IsAsInSequence()
    {
        string[] sequence = [.. Enumerable.Range(0, 200).Select(step => Show(Sampler, step))];

        Parallel.For(0, 200, i => Show(i % 2 == 0 ? Sampler : new EpisodeSampler(new ConceptCatalog(Classes, [1, 2, 4, 7, 8], rotations: true), Classes), 199 - i).ShouldBe(sequence[199 - i]));
        sequence.Distinct(StringComparer.Ordinal).Count().ShouldBe(200);
    }

    [Fact]
    public void SampleTraining_EachNumberOfTheAddress_ChangesTheEpisode()
    {
        var address = new EpisodeAddress(1, EpisodePhase.Training, 2, 3);
        EpisodeAddress[] others = [address, address with { Seed = 2 }, address with { Seed = 1UL << 40 }, address with { Phase = EpisodePhase.Test }, address with { Step = 3 }, address with { Index = 2 }];

        others.Select(other => string.Join(' ', Sampler.SampleTraining(other, 6, 5, Roles).Pool)).Distinct(StringComparer.Ordinal).Count().ShouldBe(others.Length);
    }

    // Two rotations of one character are two concepts, and may meet.
    [Fact]
    public void SampleTraining_AllConcepts_HasEveryRotation() =>
        Sampler.SampleTraining(new EpisodeAddress(1, EpisodePhase.Training, 0, 0), 20, 2, [new GroupRoles(0, 1, 1, 1)]).Groups[0].Concepts
            .Select(concept => concept.Id).ShouldBe(Enumerable.Range(0, 20).Select(index => Rotated[index]), ignoreOrder: true);

    // 20 concepts, 5 drawn in each of 4000 episodes: each 1000 times. Drawn without repetition, the sum has 19 degrees of freedom times 15 / 19;
    // 43.8 is the 0.1 % point without that. Images: 5 of a class, 2 drawn.
    [Fact]
    public void SampleTraining_ManyEpisodes_DrawEachConceptAndImageEquallyOften()
    {
        int[] concepts = new int[20];
        int[] images = new int[45];
        for (int index = 0; index < 4000; index++)
        {
            Episode episode = Sampler.SampleTraining(new EpisodeAddress(11, EpisodePhase.Training, 0, index), 5, 2, [new GroupRoles(0, 1, 1, 1)]);
            foreach (Concept concept in episode.Groups[0].Concepts)
            {
                concepts[(4 * Rotated.Part.ToList().IndexOf(concept.Id.Class)) + concept.Id.QuarterTurns]++;
            }

            foreach (PoolImage image in episode.Pool)
            {
                images[image.Image]++;
            }
        }

        concepts.Sum(count => (count - 1000.0) * (count - 1000.0) / 1000.0).ShouldBeLessThan(43.8);

        // 25 images that are drawn 1600 times on average; chi-square with 24 degrees of freedom, 0.1 % = 51.2.
        images.Count(count => count > 0).ShouldBe(25);
        images.Where(count => count > 0).Sum(count => (count - 1600.0) * (count - 1600.0) / 1600.0).ShouldBeLessThan(51.2);
    }

    [Theory]
    [InlineData(-1, 0, 3, 5, "expected a step and an index of at least 0")]
    [InlineData(0, -1, 3, 5, "expected a step and an index of at least 0")]
    [InlineData(0, 0, 0, 5, "expected 1 to 20 concepts, got 0")]
    [InlineData(0, 0, 21, 5, "expected 1 to 20 concepts, got 21")]
    [InlineData(0, 0, 3, 6, "class 'class0001': expected at least 6 images, got 5")]
    [InlineData(0, 0, 3, 4, "expected groups of disjoint support and query positions within 0 to 3")]
    [InlineData(0, 0, 3, -1, "expected groups of disjoint support and query positions")]
    public void SampleTraining_WhatDoesNotFit_IsRefused(int step, int index, int classes, int images, string expected) =>
        Should.Throw<DataException>(() => Sampler.SampleTraining(new EpisodeAddress(1, EpisodePhase.Training, step, index), classes, images, Roles)).Message.ShouldContain(expected);

    [Theory]
    [InlineData(0, 2, 1, 2)]
    [InlineData(1, 2, 0, 2)]
    [InlineData(0, 0, 1, 1)]
    [InlineData(0, 1, 1, 0)]
    [InlineData(-1, 1, 1, 1)]
    [InlineData(0, 1, 4, 2)]
    [InlineData(0, int.MaxValue, 1, 1)]
    [InlineData(int.MaxValue, 1, 1, 1)]
    public void SampleTraining_RolesThatMeetOrLeave_AreRefused(int supportFirst, int supportCount, int queryFirst, int queryCount) =>
        Should.Throw<DataException>(() => Sampler.SampleTraining(
            new EpisodeAddress(1, EpisodePhase.Training, 0, 0), 3, 5, [new GroupRoles(supportFirst, supportCount, queryFirst, queryCount)])).Message.ShouldContain("expected groups of disjoint");

    [Fact]
    public void SampleTraining_NoGroups_IsRefused() =>
        Should.Throw<DataException>(() => Sampler.SampleTraining(new EpisodeAddress(1, EpisodePhase.Training, 0, 0), 3, 5, [])).Message.ShouldContain("expected groups");

    [Theory]
    [InlineData(3, 3)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(int.MaxValue, 1)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void SampleClassification_ShotsAndQueriesThatDoNotFit_AreRefused(int shots, int queries) =>
        Should.Throw<DataException>(() => Sampler.SampleClassification(new EpisodeAddress(1, EpisodePhase.Test, 0, 0), 2, shots, queries));

    [Fact]
    public void New_ClassesOfDifferentSizes_AreHeldToTheSmallest()
    {
        ImageClass[] classes = [new("large", 0, 9), new("small", 9, 3), new("unused", 12, 1)];
        var sampler = new EpisodeSampler(new ConceptCatalog(classes, [0, 1], rotations: false), classes);

        sampler.SampleClassification(new EpisodeAddress(1, EpisodePhase.Test, 0, 0), 2, 1, 2).Pool.Count.ShouldBe(6);
        Should.Throw<DataException>(() => sampler.SampleClassification(new EpisodeAddress(1, EpisodePhase.Test, 0, 0), 2, 2, 2)).Message.ShouldContain("class 'small': expected at least 4 images, got 3");
    }

    [Fact]
    public void SampleTraining_SeveralModes_AreDifferentConceptsInTurnAndPairedAnew()
    {
        var pairs = new HashSet<string>(StringComparer.Ordinal);
        Addresses.Sample(
            address =>
            {
                Episode episode = Sampler.SampleTraining(address, 4, 5, [new(0, 2, 2, 3)], [2, 1]);
                PoolImage[][] ofConcepts = [.. episode.Pool.Chunk(5)];
                ConceptId[][] modes = [.. ofConcepts.Select(images => images.Select(image => new ConceptId(image.Image / 5, image.QuarterTurns)).ToArray())];

                // Weights 2 : 1 of five images, each mode once first.
                modes.ShouldAllBe(labels => labels[0] == labels[2] && labels[0] == labels[3] && labels[1] == labels[4] && labels[0] != labels[1]);
                modes.SelectMany(labels => labels.Distinct()).Distinct().Count().ShouldBe(8);
                ofConcepts.ShouldAllBe(images => images.Distinct().Count() == 5);
                episode.Groups[0].Concepts.Select(concept => concept.Id).ShouldBe(modes.Select(labels => labels[0]));
                lock (pairs)
                {
                    pairs.Add($"{modes[0][0]} {modes[0][1]}");
                }
            },
            iter: 200);
        pairs.Count.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void SampleTraining_OneMode_IsAsWithoutModes() =>
        Addresses.Sample(address => Sampler.SampleTraining(address, 6, 5, Roles, [3]).Pool.SequenceEqual(Sampler.SampleTraining(address, 6, 5, Roles).Pool), iter: 100);

    [Fact]
    public void SampleTraining_ModesThatDoNotFit_AreRefused()
    {
        var address = new EpisodeAddress(1, EpisodePhase.Training, 0, 0);

        Should.Throw<DataException>(() => Sampler.SampleTraining(address, 11, 5, [new(0, 2, 2, 3)], [1, 1])).Message.ShouldContain("expected 1 to 10 concepts of 2 modes, got 11");
        Should.Throw<DataException>(() => Sampler.SampleTraining(address, 4, 5, Roles, [1, 1])).Message.ShouldContain("an image of each of 2 modes in every support, got GroupRoles { SupportFirst = 4");
        Should.Throw<DataException>(() => Sampler.SampleTraining(address, 4, 11, [new(0, 2, 2, 3)], [1, 1])).Message.ShouldContain("expected at least 6 images, got 5");
        Should.Throw<DataException>(() => Sampler.SampleTraining(address, 4, 9, [new(0, 2, 2, 3)], [6, 3])).Message.ShouldContain("expected at least 6 images, got 5");
        Should.Throw<DataException>(() => Sampler.SampleTraining(address, 4, 5, [new(0, 2, 2, 3)], [1, 0])).Message.ShouldContain("expected a weight above 0");
    }

    private static string Show(EpisodeSampler sampler, int step) => string.Join(' ', sampler.SampleTraining(new EpisodeAddress(5, EpisodePhase.Training, step, 1), 6, 5, Roles).Pool);
}
