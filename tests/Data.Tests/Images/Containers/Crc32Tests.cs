using CsCheck;
using S2M.Data.Images.Containers;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Images.Containers;

public sealed class Crc32Tests
{
    // The check value of the catalog of parametrised CRC algorithms.
    [Fact]
    public void Of_TheDigitsOneToNine_IsTheCheckValue() => Crc32.Of("123456789"u8).ShouldBe(0xCBF43926u);

    [Fact]
    public void Of_Nothing_IsZero() => Crc32.Of([]).ShouldBe(0u);

    [Fact]
    public void Of_AnyBytes_IsAsBitByBit() => Gen.Byte.Array[0, 300].Sample(bytes => Crc32.Of(bytes) == TestPng.Crc(bytes), iter: 500);
}
