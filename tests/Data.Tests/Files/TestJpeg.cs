namespace S2M.Data.Tests.Files;

/// <summary>
/// Writes gray baseline JPEG files (ITU-T T.81) whose blocks of 8 x 8 pixels are each of one value: only their means are coded, so that the decoded
/// pixels are known exactly.
/// </summary>
internal static class TestJpeg
{
    /// <summary>Writes a file.</summary>
    /// <param name="columns">Blocks in a row.</param>
    /// <param name="rows">Rows of blocks.</param>
    /// <param name="values">The gray values of the blocks, row by row.</param>
    internal static byte[] Write(int columns, int rows, params byte[] values)
    {
        (int width, int height) = (8 * columns, 8 * rows);
        return
        [
            0xFF, 0xD8,
            0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64),
            .. Frame(width, height),

            // Means: categories 0 to 11 as codes of four bits. The rest: one code of one bit, end of block.
            0xFF, 0xC4, 0, 31, 0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. Enumerable.Range(0, 12).Select(category => (byte)category),
            0xFF, 0xC4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0,
            .. Scan(values),
            0xFF, 0xD9,
        ];
    }

    /// <summary>The header of a frame.</summary>
    internal static byte[] Frame(int width, int height) =>
        [0xFF, 0xC0, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0];

    private static IEnumerable<byte> Scan(byte[] values)
    {
        var bits = new List<bool>();
        int before = 0;
        foreach (byte value in values)
        {
            // The mean's coefficient is eight times the mean, its quantum one.
            int coefficient = 8 * (value - 128);
            int difference = coefficient - before;
            before = coefficient;
            int category = 0;
            while (Math.Abs(difference) >> category > 0)
            {
                category++;
            }

            Add(category, 4);
            Add(difference > 0 ? difference : difference + (1 << category) - 1, category);
            Add(0, 1);
        }

        for (int at = 0; at < bits.Count; at += 8)
        {
            int packed = 0;
            for (int i = at; i < at + 8; i++)
            {
                packed = (packed << 1) | (i >= bits.Count || bits[i] ? 1 : 0);
            }

            yield return (byte)packed;
            if (packed == 0xFF)
            {
                yield return 0;
            }
        }

        void Add(int value, int count)
        {
            for (int bit = count - 1; bit >= 0; bit--)
            {
                bits.Add((value >> bit & 1) == 1);
            }
        }
    }
}
