using System.Buffers.Binary;
using System.Security.Cryptography;
using S2M.Data.Catalogs;
using S2M.Numerics.Randomness;

namespace S2M.Data.Splits;

/// <summary>Which classes are for training, validation and test. All rotations of a class stay together.</summary>
public sealed class ClassSplit
{
    private ClassSplit(int[] train, int[] validation, int[] test)
    {
        Train = train;
        Validation = validation;
        Test = test;
        Hash = HashOf(train, validation, test);
    }

    /// <summary>Training classes, indices in ascending order.</summary>
    public IReadOnlyList<int> Train { get; }

    /// <summary>Validation classes, indices in ascending order.</summary>
    public IReadOnlyList<int> Validation { get; }

    /// <summary>Test classes, indices in ascending order.</summary>
    public IReadOnlyList<int> Test { get; }

    /// <summary>SHA-256 of the three lists, lower-case hexadecimal: two runs with the same hash saw the same classes.</summary>
    public string Hash { get; }

    /// <summary>Shuffles the classes by the seed and deals them out.</summary>
    /// <param name="classes">The data set's classes.</param>
    /// <param name="seed">The split's seed.</param>
    /// <param name="train">Training classes, at least 1.</param>
    /// <param name="validation">Validation classes, at least 1.</param>
    /// <param name="test">Test classes, at least 1.</param>
    /// <exception cref="DataException">The data set has fewer classes than are asked for.</exception>
    public static ClassSplit Draw(IReadOnlyList<ImageClass> classes, ulong seed, int train, int validation, int test)
    {
        long wanted = (long)train + validation + test;
        if (train < 1 || validation < 1 || test < 1 || wanted > classes.Count)
        {
            throw new DataException(
                $"split: expected parts of at least one class and at most {classes.Count} together, got train {train} + validation {validation} + test {test} = {wanted}; "
                + "lower a part, or use a data set with more classes");
        }

        int[] order = [.. Enumerable.Range(0, classes.Count)];
        new PhiloxRandom(seed, RandomPurpose.Split).Shuffle<int>(order);
        return new ClassSplit(
            [.. order.Take(train).Order()], [.. order.Skip(train).Take(validation).Order()], [.. order.Skip(train + validation).Take(test).Order()]);
    }

    private static string HashOf(params int[][] parts)
    {
        byte[] bytes = new byte[sizeof(int) * parts.Sum(part => part.Length + 1)];
        int position = 0;
        foreach (int value in parts.SelectMany(part => part.Prepend(part.Length)))
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(position), value);
            position += sizeof(int);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
