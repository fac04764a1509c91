using System.Security.Cryptography;
using System.Text;
using S2M.Data.Catalogs;
using S2M.Numerics.Randomness;

namespace S2M.Data.Splits;

/// <summary>Disjoint parts of a data set's classes.</summary>
public sealed class ClassSplit
{
    private ClassSplit(IReadOnlyList<ImageClass> classes, int[] train, int[] validation, int[] test)
    {
        Train = train;
        Validation = validation;
        Test = test;
        string text = string.Join('\n', new[] { train, validation, test }.Select(part => string.Join('\n', part.Select(index => classes[index].Name)) + "\n"));
        Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Class indices for training, ascending.</summary>
    public IReadOnlyList<int> Train { get; }

    /// <summary>Class indices for validation, ascending.</summary>
    public IReadOnlyList<int> Validation { get; }

    /// <summary>Class indices for the test phase, ascending.</summary>
    public IReadOnlyList<int> Test { get; }

    /// <summary>SHA-256 of the class names, a line each, the parts separated by an empty line; 64 lower-case hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>Shuffles the classes by a seed and cuts off the parts; what remains is unused.</summary>
    /// <param name="classes">The classes of the data set.</param>
    /// <param name="seed">The seed of the shuffle.</param>
    /// <param name="train">Classes for training, at least 1.</param>
    /// <param name="validation">Classes for validation, at least 1.</param>
    /// <param name="test">Classes for the test phase, at least 1.</param>
    /// <exception cref="DataException">A part is empty or there are too few classes.</exception>
    public static ClassSplit Draw(IReadOnlyList<ImageClass> classes, ulong seed, int train, int validation, int test)
    {
        ArgumentNullException.ThrowIfNull(classes);
        if (train < 1 || validation < 1 || test < 1 || (long)train + validation + test > classes.Count)
        {
            throw new DataException(
                $"split: expected parts of at least 1 class and at most {classes.Count} in all, got {train} + {validation} + {test}; correct the sizes of the split");
        }

        int[] order = [.. Enumerable.Range(0, classes.Count)];
        new PhiloxRandom(seed, RandomPurpose.Split).Shuffle<int>(order);
        return new ClassSplit(
            classes,
            [.. order.Take(train).Order()],
            [.. order.Skip(train).Take(validation).Order()],
            [.. order.Skip(train + validation).Take(test).Order()]);
    }
}
